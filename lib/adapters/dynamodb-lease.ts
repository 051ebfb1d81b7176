// The Lease port over DynamoDB: one conditional write each on the account's state item. The queue is not the lock, and no
// item's TTL is: an expired lease is expired by its own time.

import type { AccountId } from '../core/account.ts';
import type { Lease, LeaseHeld, LeaseHold } from '../ports/ledger.ts';
import { number, readNumber, text } from './dynamodb-attributes.ts';
import { ledgerBusy } from './dynamodb-errors.ts';
import { ifFree, ifHeldBy, stateKey, toLease } from './dynamodb-state-item.ts';
import type { DynamodbTable } from './dynamodb-table.ts';
import { leaseLost } from '../core/lease-lost.ts';

/** Leases that may end between our write and our read before we give up; each was somebody's run. */
const MAX_DECISIONS = 8;

export class DynamodbLease implements Lease {
  readonly #table: DynamodbTable;
  readonly #now: () => number;

  /** @param now epoch milliseconds; those who share a table must have clocks that agree within seconds */
  constructor(table: DynamodbTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async acquire(account: AccountId, owner: string, durationMs: number): Promise<LeaseHold | LeaseHeld> {
    const what = `taking the lease of account ${account}`;
    for (let decisions = 0; decisions < MAX_DECISIONS; decisions += 1) {
      const taken = await this.#take(what, account, owner, durationMs);
      if (taken !== undefined) return taken;
      // Somebody has it, or we do: an earlier call of ours, or one whose answer was lost. Then it is the same hold again.
      const item = await this.#table.get(what, stateKey(account));
      const lease = item === undefined ? undefined : toLease(item);
      if (item === undefined || lease === undefined) continue;
      if (lease.owner !== owner) return { heldBy: lease.owner, until: lease.expiresAt };
      const hold = { account, owner, fence: readNumber(item, 'fence') };
      if (await this.#prolong(what, hold, durationMs)) return hold;
    }
    throw ledgerBusy(what, this.#table.name, 'it changes hands too fast');
  }

  async renew(hold: LeaseHold, durationMs: number): Promise<void> {
    const what = `renewing the lease of account ${hold.account}`;
    if (await this.#prolong(what, hold, durationMs)) return;
    throw leaseLost(hold);
  }

  async release(hold: LeaseHold): Promise<void> {
    await this.#table.update(`releasing the lease of account ${hold.account}`, stateKey(hold.account), {
      update: 'REMOVE #leaseOwner, #leaseExpiresAt',
      ...ifHeldBy(hold),
    });
  }

  async #take(
    what: string,
    account: AccountId,
    owner: string,
    durationMs: number,
  ): Promise<LeaseHold | undefined> {
    const now = this.#now();
    const { condition, values } = ifFree(now);
    const item = await this.#table.update(what, stateKey(account), {
      update: 'SET #leaseOwner = :owner, #leaseExpiresAt = :expiresAt ADD #fence :one',
      condition,
      values: {
        ...values,
        ':owner': text(owner),
        ':expiresAt': number(now + durationMs),
        ':one': number(1),
      },
    });
    return item === undefined ? undefined : { account, owner, fence: readNumber(item, 'fence') };
  }

  async #prolong(what: string, hold: LeaseHold, durationMs: number): Promise<boolean> {
    const { condition, values } = ifHeldBy(hold);
    const item = await this.#table.update(what, stateKey(hold.account), {
      update: 'SET #leaseExpiresAt = :expiresAt',
      condition,
      values: { ...values, ':expiresAt': number(this.#now() + durationMs) },
    });
    return item !== undefined;
  }
}
