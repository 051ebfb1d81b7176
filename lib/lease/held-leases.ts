// The leases that work on one account needs, of one place or of two: while all are held, no run works on it in any of them.
// Renewed as the work goes on, never by a timer.

import type { AccountId } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { LEASE_MS } from '../core/limits.ts';
import type { Lease, LeaseHold } from '../ports/ledger.ts';

export interface LeaseTaker {
  /** `<host>/<pid>` on one machine: the start of the owner's name. */
  readonly ownerName: string;
  /** Epoch milliseconds, UTC. */
  readonly now: () => number;
  /** A ULID, another one with each call. */
  readonly newRunId: () => string;
}

export interface LeasedPlace {
  /** Where it is, for who is told that somebody works there: ` in the source`, or nothing where there is only one. */
  readonly where: string;
  /** Of places that share one it is the same object: it is taken once. */
  readonly lease: Lease;
}

export class HeldLeases {
  readonly #holds: ReadonlyMap<Lease, LeaseHold>;
  readonly #now: () => number;
  #renewedAt: number;
  #renewing: Promise<void> | undefined;

  private constructor(holds: ReadonlyMap<Lease, LeaseHold>, now: () => number) {
    this.#holds = holds;
    this.#now = now;
    this.#renewedAt = now();
  }

  /** @throws LEASE_HELD if a run has one of them: then none is kept; LEDGER_FAILED */
  static async acquire(
    account: AccountId,
    places: readonly LeasedPlace[],
    { ownerName, now, newRunId }: LeaseTaker,
  ): Promise<HeldLeases> {
    const holds = new Map<Lease, LeaseHold>();
    try {
      for (const { where, lease } of places) {
        if (holds.has(lease)) continue;
        const answer = await lease.acquire(account, `${ownerName}/${newRunId()}`, LEASE_MS);
        if (!('fence' in answer)) throw leaseHeld(where, answer.heldBy, answer.until);
        holds.set(lease, answer);
      }
    } catch (error) {
      await releaseAll(holds).catch(() => undefined);
      throw error;
    }
    return new HeldLeases(holds, now);
  }

  /** What guards the state of that place. */
  holdOf(lease: Lease): LeaseHold {
    const hold = this.#holds.get(lease);
    if (!hold) throw new Error('this lease was never taken');
    return hold;
  }

  /** Before each step of work. Safe to call from many at once. @throws LEASE_LOST, LEDGER_FAILED */
  async keep(): Promise<void> {
    // The clock may be set back: then nobody knows how long it was.
    if (Math.abs(this.#now() - this.#renewedAt) > LEASE_MS / 3) await this.prove();
  }

  /** @throws LEASE_LOST, LEDGER_FAILED */
  async prove(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  /** Each is tried. @throws LEDGER_FAILED */
  async release(): Promise<void> {
    await releaseAll(this.#holds);
  }

  async #renew(): Promise<void> {
    for (const [lease, hold] of this.#holds) await lease.renew(hold, LEASE_MS);
    this.#renewedAt = this.#now();
  }
}

/**
 * Works under the leases and gives them back, whatever happens. What stopped the work may keep them from being given back
 * too: one report of it is enough.
 * @throws what `work` throws; what `release` throws if the work went well
 */
export async function underLeases<T>(leases: HeldLeases, work: () => Promise<T>): Promise<T> {
  let result;
  try {
    result = await work();
  } catch (error) {
    await leases.release().catch(() => undefined);
    throw error;
  }
  await leases.release();
  return result;
}

async function releaseAll(holds: ReadonlyMap<Lease, LeaseHold>): Promise<void> {
  const released = await Promise.allSettled(
    [...holds].map(async ([lease, hold]) => {
      await lease.release(hold);
    }),
  );
  for (const outcome of released) if (outcome.status === 'rejected') throw outcome.reason;
}

function leaseHeld(where: string, heldBy: string, until: number): MailferryError {
  return new MailferryError(
    `a run (${heldBy}) works on this account${where}; its lease ends at ${new Date(until).toISOString()}`,
    {
      code: 'LEASE_HELD',
      scope: 'session',
      retryable: true,
      hint: 'stop what runs by schedule, let the run finish, and try again; if it died, its lease ends by itself',
    },
  );
}
