// The Lease port over SQLite: one row an account, decided in write transactions, so that processes of one machine exclude
// each other. What the fence guards is written by the ledger.

import type { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import type { Lease, LeaseHeld, LeaseHold } from '../ports/ledger.ts';
import { leaseLost } from '../core/lease-lost.ts';
import { leaseInForce, readAccountState, updateIfHeld, type LeaseRules } from './sqlite-account-row.ts';
import { guardLedger, inTransaction } from './sqlite-database.ts';

export class SqliteLease implements Lease {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #rules: LeaseRules;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string, rules: LeaseRules) {
    this.#database = database;
    this.#path = path;
    this.#rules = rules;
  }

  async acquire(account: AccountId, owner: string, durationMs: number): Promise<LeaseHold | LeaseHeld> {
    return guardLedger(this.#path, () =>
      inTransaction(this.#database, () => {
        const held = leaseInForce(readAccountState(this.#database, account), this.#rules);
        if (held && held.owner !== owner) return { heldBy: held.owner, until: held.expiresAt };
        const fence = this.#give(account, owner, this.#rules.now() + durationMs, held ? 0 : 1);
        return { account, owner, fence };
      }),
    );
  }

  async renew(hold: LeaseHold, durationMs: number): Promise<void> {
    if (!this.#update(hold, { expires_at: this.#rules.now() + durationMs })) throw leaseLost(hold);
  }

  async release(hold: LeaseHold): Promise<void> {
    this.#update(hold, { owner: null, expires_at: null });
  }

  /** @returns the fence, grown by `step` */
  #give(account: AccountId, owner: string, expiresAt: number, step: 0 | 1): number {
    const row = this.#database
      .prepare(
        `INSERT INTO account_state (account, fence, owner, expires_at) VALUES (:account, :step, :owner, :expiresAt)
         ON CONFLICT DO UPDATE SET fence = fence + :step, owner = :owner, expires_at = :expiresAt
         RETURNING fence`,
      )
      .get({ account, owner, expiresAt, step });
    return Number(row?.['fence']);
  }

  #update(hold: LeaseHold, columns: Readonly<Record<string, string | number | null>>): boolean {
    return guardLedger(this.#path, () => updateIfHeld(this.#database, hold, columns));
  }
}
