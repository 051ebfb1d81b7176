// What every AccountDirectory promises of accounts that failed: when their back-off is over they are found, whatever their
// schedule, and nobody else is.

import assert from 'node:assert/strict';
import type { AccountId } from '../../lib/core/account.ts';
import type { AccountDirectory } from '../../lib/ports/directory.ts';
import { suspendedProgress, wellProgress } from './account-directory-under-test.ts';
import type { DirectoryCheck } from './account-directory-under-test.ts';
import { manyAccounts, sampleAccount } from './sample-accounts.ts';
import { ANN, BOB } from './sample-records.ts';

const AT = 1_750_003_600_000;
const NIGHTLY = { schedule: { cron: '0 3 * * *', timezone: 'Europe/Berlin' } };

async function due(directory: AccountDirectory, afterMs: number, untilMs: number): Promise<AccountId[]> {
  const found: AccountId[] = [];
  for await (const account of directory.retriesDue(afterMs, untilMs)) found.push(account);
  return found;
}

export function testRetries(check: DirectoryCheck): void {
  check(
    'who failed is found in the stretch of time in which his back-off ends, and in no other',
    async (subject) => {
      const { directory, ledger } = subject;
      await directory.apply(sampleAccount(NIGHTLY));
      await directory.apply(sampleAccount({ id: BOB }));
      assert.deepEqual(await due(directory, 0, AT * 2), []);
      await ledger.saveProgress(
        ANN,
        suspendedProgress({ nextAttemptAt: AT, suspendedFor: undefined }),
        undefined,
      );
      await ledger.saveProgress(BOB, suspendedProgress({ nextAttemptAt: AT - 1 }), undefined);
      assert.deepEqual(await due(directory, AT - 1, AT), [ANN]);
      assert.deepEqual(await due(directory, AT - 60_000, AT - 1), [BOB]);
      assert.deepEqual(await due(directory, AT - 60_000, AT), [BOB, ANN]);
      assert.deepEqual(await due(directory, AT, AT + 60_000), []);
      assert.deepEqual(await due(directory, AT - 60_000, AT - 2), []);
      assert.deepEqual(await due(directory, AT, AT), []);
    },
  );

  check(
    'who failed again waits for the new time, and who is well for none',
    async ({ directory, ledger }) => {
      await directory.apply(sampleAccount());
      await ledger.saveProgress(ANN, suspendedProgress({ nextAttemptAt: AT }), undefined);
      await ledger.saveProgress(ANN, suspendedProgress({ nextAttemptAt: AT + 7 }), undefined);
      assert.deepEqual(await due(directory, 0, AT), []);
      assert.deepEqual(await due(directory, AT, AT + 7), [ANN]);
      await ledger.saveProgress(ANN, wellProgress(), undefined);
      assert.deepEqual(await due(directory, 0, AT * 2), []);
    },
  );

  check(
    'who was resumed, changed, paused or removed, or never applied, is tried by nobody',
    async (subject) => {
      const { directory, ledger } = subject;
      const fail = async (id: AccountId): Promise<void> => {
        assert.equal(
          await ledger.saveProgress(id, suspendedProgress({ nextAttemptAt: AT }), undefined),
          'saved',
        );
      };
      const none = async (): Promise<void> => assert.deepEqual(await due(directory, 0, AT), []);
      await fail(ANN);
      await none();
      await directory.apply(sampleAccount());
      await fail(ANN);
      assert.deepEqual(await due(directory, 0, AT), [ANN]);
      await directory.resume(ANN);
      await none();
      await fail(ANN);
      await directory.apply(sampleAccount({ user: 'another@example.com' }));
      await none();
      await fail(ANN);
      await directory.remove(ANN);
      await none();
      await directory.apply(sampleAccount({ paused: true }));
      await fail(ANN);
      await none();
    },
  );

  check('of many whose back-offs end together none is left out', async ({ directory, ledger }) => {
    const accounts = manyAccounts('account', 60, NIGHTLY);
    for (const [index, account] of accounts.entries()) {
      await directory.apply(account);
      const nextAttemptAt = AT + (index % 3);
      await ledger.saveProgress(account.id, suspendedProgress({ nextAttemptAt }), undefined);
    }
    const first = await due(directory, AT - 1, AT);
    const rest = await due(directory, AT, AT + 2);
    assert.deepEqual([first.length, rest.length], [20, 40]);
    assert.deepEqual(new Set([...first, ...rest]), new Set(accounts.map(({ id }) => id)));
  });
}
