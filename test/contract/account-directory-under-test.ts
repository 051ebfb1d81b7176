// How the contract suite gets at an account directory: an empty one for every test, the ledger and lease over the same
// storage, and the clock.

import { test } from 'node:test';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import type { AccountDirectory, ScheduledAccount } from '../../lib/ports/directory.ts';
import type { Lease, Ledger } from '../../lib/ports/ledger.ts';
import type { TestClock } from './ledger-under-test.ts';
import { accountProgress } from './sample-records.ts';

export interface OpenedDirectory extends AsyncDisposable {
  readonly directory: AccountDirectory;
  readonly ledger: Ledger;
  readonly lease: Lease;
}

/** `now`, in epoch milliseconds, is the only clock they may go by. */
export type OpenDirectory = (options: { readonly now: () => number }) => Promise<OpenedDirectory>;

export interface DirectoryUnderTest extends OpenedDirectory {
  readonly clock: TestClock;
}

export type DirectoryCheck = (promise: string, body: (subject: DirectoryUnderTest) => Promise<void>) => void;

/** @param name of the adapter, for the titles of the tests */
export function directoryCheck(name: string, open: OpenDirectory): DirectoryCheck {
  return (promise, body) => {
    test(`${name}: ${promise}`, async () => {
      const clock: TestClock = { nowMs: 1_750_000_000_000 };
      await using opened = await open({ now: () => clock.nowMs });
      await body({ ...opened, clock });
    });
  };
}

export function wellProgress(changes: Partial<AccountProgress> = {}): AccountProgress {
  const settled = { digest: 'digest', known: 7, skipped: 1, until: 1_750_000_090_000, fence: 0 };
  return accountProgress({
    failures: 0,
    nextAttemptAt: undefined,
    suspendedFor: undefined,
    settled,
    ...changes,
  });
}

export function suspendedProgress(changes: Partial<AccountProgress> = {}): AccountProgress {
  return accountProgress({
    lastOutcome: 'stopped',
    nextAttemptAt: 1_750_003_600_000,
    suspendedFor: 'POP3_AUTH_FAILED',
    settled: undefined,
    ...changes,
  });
}

/** By id. */
export async function sorted(accounts: AsyncIterable<ScheduledAccount>): Promise<ScheduledAccount[]> {
  const all: ScheduledAccount[] = [];
  for await (const account of accounts) all.push(account);
  return all.sort((one, other) => (one.id < other.id ? -1 : 1));
}
