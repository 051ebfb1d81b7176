// What every Ledger promises of an account's state between runs. What depends on a lease is in the lease contract.

import assert from 'node:assert/strict';
import { NEW_ACCOUNT_STATE } from '../../lib/core/account-state.ts';
import { acquired, type LedgerCheck } from './ledger-under-test.ts';
import { accountProgress, ANN, BOB } from './sample-records.ts';

export function testState(check: LedgerCheck): void {
  check('an account nobody ran has a new state', async ({ ledger }) => {
    assert.deepEqual(await ledger.state(ANN), NEW_ACCOUNT_STATE);
  });

  check('progress is read as it was saved, and saving again replaces it', async ({ ledger }) => {
    const bare = {
      lastSuccessAt: undefined,
      nextAttemptAt: undefined,
      lastListing: undefined,
      suspendedFor: undefined,
      settled: undefined,
    };
    for (const progress of [
      accountProgress(),
      accountProgress(bare),
      accountProgress({ lastOutcome: 'stopped', failures: 0, backlog: 0 }),
    ]) {
      assert.equal(await ledger.saveProgress(ANN, progress, undefined), 'saved');
      assert.deepEqual(await ledger.state(ANN), { ...NEW_ACCOUNT_STATE, progress });
    }
  });

  check('accounts do not see each other’s state', async ({ ledger, lease }) => {
    await ledger.saveProgress(ANN, accountProgress(), undefined);
    await ledger.setDeletionsUnsettled(await acquired(lease, ANN, 'host/1/run'), true);
    assert.deepEqual(await ledger.state(BOB), NEW_ACCOUNT_STATE);
  });

  check(
    'progress, lease and unsettled deletions do not disturb each other',
    async ({ ledger, lease, clock }) => {
      const progress = accountProgress();
      const hold = await acquired(lease, ANN, 'host/1/run', 1000);
      const leased = { owner: 'host/1/run', expiresAt: clock.nowMs + 1000 };
      assert.deepEqual(await ledger.state(ANN), { ...NEW_ACCOUNT_STATE, fence: hold.fence, lease: leased });
      assert.equal(await ledger.setDeletionsUnsettled(hold, true), 'saved');
      assert.equal(await ledger.saveProgress(ANN, progress, hold), 'saved');
      assert.deepEqual(await ledger.state(ANN), {
        progress,
        deletionsUnsettled: true,
        fence: hold.fence,
        lease: leased,
      });
      await lease.release(hold);
      assert.deepEqual(await ledger.state(ANN), {
        progress,
        deletionsUnsettled: true,
        fence: hold.fence,
        lease: undefined,
      });
      const next = await acquired(lease, ANN, 'host/1/next', 1000);
      assert.equal((await ledger.state(ANN)).deletionsUnsettled, true);
      assert.equal(await ledger.setDeletionsUnsettled(next, false), 'saved');
      await lease.release(next);
      assert.deepEqual(await ledger.state(ANN), {
        progress,
        deletionsUnsettled: false,
        fence: next.fence,
        lease: undefined,
      });
    },
  );

  check(
    'progress made from a state is refused once somebody has had the lease since',
    async ({ ledger, lease }) => {
      const before = await ledger.state(ANN);
      const since = { sinceFence: before.fence, sinceRun: undefined };
      assert.equal(await ledger.saveProgress(ANN, accountProgress(), since), 'saved');
      const hold = await acquired(lease, ANN, 'host/1/run');
      await lease.release(hold);
      assert.equal(await ledger.saveProgress(ANN, accountProgress({ backlog: 9 }), since), 'stale');
      const { fence, progress } = await ledger.state(ANN);
      assert.deepEqual(progress, accountProgress());
      assert.equal(
        await ledger.saveProgress(ANN, accountProgress({ backlog: 9 }), {
          sinceFence: fence,
          sinceRun: progress?.lastRunId,
        }),
        'saved',
      );
    },
  );

  check(
    'progress made from a state is refused once another run has left its own, also one that had the lease already',
    async ({ ledger, lease }) => {
      await ledger.saveProgress(ANN, accountProgress({ lastRunId: 'run-1' }), undefined);
      const hold = await acquired(lease, ANN, 'host/1/run-2');
      const { fence } = await ledger.state(ANN);
      const ofRunTwo = accountProgress({ lastRunId: 'run-2', backlog: 2 });
      assert.equal(await ledger.saveProgress(ANN, ofRunTwo, hold), 'saved');
      await lease.release(hold);
      const ofRunThree = accountProgress({ lastRunId: 'run-3', backlog: 3 });
      const save = async (sinceRun: string | undefined): Promise<string> =>
        await ledger.saveProgress(ANN, ofRunThree, { sinceFence: fence, sinceRun });
      assert.equal(await save('run-1'), 'stale');
      assert.equal(await save(undefined), 'stale');
      assert.deepEqual((await ledger.state(ANN)).progress, ofRunTwo);
      assert.equal(await save('run-2'), 'saved');
      assert.deepEqual((await ledger.state(ANN)).progress, ofRunThree);
    },
  );
}
