// What every AccountDirectory promises of drains, and of the runs whose events are published.

import assert from 'node:assert/strict';
import type { Drain } from '../../lib/core/drain.ts';
import { wellProgress } from './account-directory-under-test.ts';
import type { DirectoryCheck } from './account-directory-under-test.ts';
import { acquired } from './ledger-under-test.ts';
import { sampleAccount } from './sample-accounts.ts';
import { ANN, BOB } from './sample-records.ts';

const DRAIN: Drain = { id: '01JH0000000000000000000001', slice: 1, isSent: false, at: 7, idleSlices: 0 };
const OTHER: Drain = { ...DRAIN, id: '01JH0000000000000000000002', slice: 3, isSent: true, idleSlices: 1 };

export function testDrains(check: DirectoryCheck): void {
  check('a drain is read as it was saved, and goes on step by step to its end', async ({ directory }) => {
    await directory.apply(sampleAccount());
    const steps = [DRAIN, { ...DRAIN, isSent: true }, { ...DRAIN, slice: 2, at: 8 }, OTHER, undefined, DRAIN];
    let before: Drain | undefined;
    for (const drain of steps) {
      assert.equal(await directory.saveDrain(ANN, drain, before), 'saved');
      assert.deepEqual((await directory.view(ANN)).drain, drain);
      before = drain;
    }
    assert.equal((await directory.view(BOB)).drain, undefined);
  });

  check('a drain that is another one by now is left as it is', async ({ directory }) => {
    for (const there of [undefined, DRAIN, OTHER]) {
      const present = (await directory.view(ANN)).drain;
      assert.equal(await directory.saveDrain(ANN, there, present), 'saved');
      const others = [undefined, DRAIN, OTHER, { ...DRAIN, slice: 2 }, { ...DRAIN, isSent: true }];
      for (const before of others) {
        if (before === there) continue;
        const next = { ...DRAIN, slice: 9, at: 9 };
        assert.equal(await directory.saveDrain(ANN, next, before), 'stale');
        assert.deepEqual((await directory.view(ANN)).drain, there);
      }
    }
  });

  check('a drain is told by id, slice and whether it is sent, and by nothing else', async ({ directory }) => {
    await directory.saveDrain(ANN, DRAIN, undefined);
    const next = { ...DRAIN, slice: 2 };
    assert.equal(await directory.saveDrain(ANN, next, { ...DRAIN, at: 1000, idleSlices: 7 }), 'saved');
    assert.deepEqual((await directory.view(ANN)).drain, next);
  });

  check('of many who begin a drain at once one does', async ({ directory }) => {
    const drains = Array.from({ length: 10 }, (_, index) => ({ ...DRAIN, id: `drain-${index}` }));
    const outcomes = await Promise.all(
      drains.map(async (drain) => await directory.saveDrain(ANN, drain, undefined)),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'saved').length, 1);
    assert.deepEqual((await directory.view(ANN)).drain, drains[outcomes.indexOf('saved')]);
  });

  check(
    'drain, announced run, lease, progress and specification do not disturb each other',
    async (subject) => {
      const { directory, ledger, lease, clock } = subject;
      await directory.saveDrain(ANN, DRAIN, undefined);
      await directory.announced(ANN, 'run-0');
      await directory.announced(ANN, 'run-1');
      await directory.apply(sampleAccount());
      const hold = await acquired(lease, ANN, 'host/1/run', 1000);
      await ledger.saveProgress(ANN, wellProgress(), hold);
      assert.deepEqual(await directory.view(ANN), {
        applied: { account: sampleAccount(), appliedAt: clock.nowMs },
        state: {
          progress: wellProgress(),
          deletionsUnsettled: false,
          fence: hold.fence,
          lease: { owner: 'host/1/run', expiresAt: clock.nowMs + 1000 },
        },
        drain: DRAIN,
        announcedRunId: 'run-1',
      });
      await directory.remove(ANN);
      const { drain, announcedRunId } = await directory.view(ANN);
      assert.deepEqual([drain, announcedRunId], [DRAIN, 'run-1']);
    },
  );
}
