// How a contract suite gets at the ledger and lease of an adapter: empty ones for every test, with the clock in its hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import type { Lease, LeaseHeld, LeaseHold, Ledger } from '../../lib/ports/ledger.ts';

/** An empty ledger of its own for one test, and the lease over the same storage. */
export interface OpenedLedger extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly lease: Lease;
}

/** `now`, in epoch milliseconds, is the only clock that ledger and lease may go by. */
export type OpenLedger = (options: { readonly now: () => number }) => Promise<OpenedLedger>;

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly clock: TestClock;
}

export interface TestClock {
  /** Epoch milliseconds. */
  nowMs: number;
}

/** Defines one test of a contract. */
export type LedgerCheck = (promise: string, body: (subject: LedgerUnderTest) => Promise<void>) => void;

/** @param name of the adapter, for the titles of the tests */
export function ledgerCheck(name: string, open: OpenLedger): LedgerCheck {
  return (promise, body) => {
    test(`${name}: ${promise}`, async () => {
      const clock: TestClock = { nowMs: 1_750_000_000_000 };
      await using opened = await open({ now: () => clock.nowMs });
      await body({ ledger: opened.ledger, lease: opened.lease, clock });
    });
  };
}

export const DURATION_MS = 60_000;

/** Acquires a lease that must be free, or the owner's already. */
export async function acquired(
  lease: Lease,
  account: AccountId,
  owner: string,
  durationMs = DURATION_MS,
): Promise<LeaseHold> {
  const outcome = await lease.acquire(account, owner, durationMs);
  assert.ok('fence' in outcome, `the lease is not free for ${owner}`);
  return outcome;
}

/** Tries to acquire a lease that another owner must have. */
export async function refused(lease: Lease, account: AccountId, owner: string): Promise<LeaseHeld> {
  const outcome = await lease.acquire(account, owner, DURATION_MS);
  assert.ok('heldBy' in outcome, `${owner} got the lease of another`);
  return outcome;
}
