// An account's row in the ledger file: its state, and the lease that guards it.

import type { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import { NEW_ACCOUNT_STATE } from '../core/account-state.ts';
import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { LeaseHold } from '../ports/ledger.ts';

/** What decides whether a lease keeps others away. */
export interface LeaseRules {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** `true` only of an owner that certainly runs no more: its lease may be taken before it expires. */
  readonly isDeadOwner: (owner: string) => boolean;
}

export function readAccountState(database: DatabaseSync, account: AccountId): AccountState {
  const row = database.prepare('SELECT * FROM account_state WHERE account = ?').get(account);
  if (!row) return NEW_ACCOUNT_STATE;
  const { progress, owner, expires_at: expiresAt } = row;
  return {
    progress: typeof progress === 'string' ? parseProgress(progress) : undefined,
    deletionsUnsettled: row['deletions_unsettled'] !== 0,
    fence: Number(row['fence']),
    lease: typeof owner === 'string' ? { owner, expiresAt: Number(expiresAt) } : undefined,
  };
}

/** The lease that keeps others away; `undefined` if there is none, or it has expired, or its owner is dead. */
export function leaseInForce({ lease }: AccountState, rules: LeaseRules): AccountState['lease'] {
  if (!lease || lease.expiresAt <= rules.now() || rules.isDeadOwner(lease.owner)) return undefined;
  return lease;
}

/** Sets columns of the row if the lease is still this one. @returns whether it is */
export function updateIfHeld(
  database: DatabaseSync,
  hold: LeaseHold,
  columns: Readonly<Record<string, string | number | null>>,
): boolean {
  const assignments = Object.keys(columns).map((name) => `${name} = :${name}`);
  const { changes } = database
    .prepare(
      `UPDATE account_state SET ${assignments.join(', ')}
       WHERE account = :held_account AND owner = :held_owner AND fence = :held_fence`,
    )
    .run({ ...columns, held_account: hold.account, held_owner: hold.owner, held_fence: hold.fence });
  return Number(changes) === 1;
}

/** JSON has no `undefined`: what is absent there is given back as it was. */
function parseProgress(json: string): AccountProgress {
  const progress = JSON.parse(json) as AccountProgress;
  const { lastSuccessAt, nextAttemptAt, lastListing, suspendedFor, settled } = progress;
  return { ...progress, lastSuccessAt, nextAttemptAt, lastListing, suspendedFor, settled };
}
