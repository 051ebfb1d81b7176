// What every AccountDirectory promises an account that waits after failures, when its owner changes or resumes it; and what
// a run that is under way meanwhile may still say.

import assert from 'node:assert/strict';
import { ulid } from 'ulid';
import { sorted, suspendedProgress, wellProgress } from './account-directory-under-test.ts';
import type { DirectoryCheck, DirectoryUnderTest } from './account-directory-under-test.ts';
import { acquired } from './ledger-under-test.ts';
import { sampleAccount } from './sample-accounts.ts';
import { ANN } from './sample-records.ts';

const CHANGED = sampleAccount({ user: 'ann.two@example.com' });
const STARTED = { nextAttemptAt: undefined, suspendedFor: undefined, settled: undefined };

export function testFreshStart(check: DirectoryCheck): void {
  testEndOfWaiting(check);
  testRunUnderWay(check);
}

function testEndOfWaiting(check: DirectoryCheck): void {
  check('a change ends suspension and back-off, and keeps what happened', async (subject) => {
    const { directory, ledger } = subject;
    await directory.apply(sampleAccount());
    const settled = wellProgress().settled;
    for (const before of [suspendedProgress({ settled }), wellProgress()]) {
      await ledger.saveProgress(ANN, before, undefined);
      assert.equal(await directory.apply(CHANGED), 'changed');
      await assertShows(subject, { ...before, ...STARTED });
      await directory.apply(sampleAccount());
    }
  });

  check('to be applied again as it is ends no suspension', async (subject) => {
    await subject.directory.apply(sampleAccount());
    await subject.ledger.saveProgress(ANN, suspendedProgress(), undefined);
    assert.equal(await subject.directory.apply(sampleAccount()), 'unchanged');
    await assertShows(subject, suspendedProgress());
  });

  check('an account that waits is created afresh', async (subject) => {
    await subject.ledger.saveProgress(ANN, suspendedProgress(), undefined);
    assert.equal(await subject.directory.apply(sampleAccount()), 'created');
    await assertShows(subject, { ...suspendedProgress(), ...STARTED });
  });

  check('resuming ends suspension and back-off, and changes nothing else', async (subject) => {
    const { directory, ledger, clock } = subject;
    await directory.apply(sampleAccount());
    const { applied } = await directory.view(ANN);
    clock.nowMs += 1;
    await directory.resume(ANN);
    for (const waiting of [suspendedProgress(), suspendedProgress({ suspendedFor: undefined })]) {
      await ledger.saveProgress(ANN, waiting, undefined);
      await assertShows(subject, waiting);
      await directory.resume(ANN);
      await assertShows(subject, { ...waiting, ...STARTED });
    }
    await ledger.saveProgress(ANN, wellProgress(), undefined);
    await directory.resume(ANN);
    await assertShows(subject, wellProgress());
    assert.deepEqual((await directory.view(ANN)).applied, applied);
  });
}

function testRunUnderWay(check: DirectoryCheck): void {
  check(
    'a failure of a run that began before a change does not hold the changed account back',
    async (subject) => {
      const { directory, ledger, lease, clock } = subject;
      await directory.apply(sampleAccount());
      clock.nowMs += 1000;
      const failed = suspendedProgress({ lastRunId: ulid(clock.nowMs), failures: 3 });
      const hold = await acquired(lease, ANN, 'host/1/run');
      clock.nowMs += 1000;
      await directory.apply(CHANGED);
      clock.nowMs += 1000;
      assert.equal(await ledger.saveProgress(ANN, failed, hold), 'saved');
      await assertShows(subject, { ...failed, ...STARTED });
      await lease.release(hold);
      assert.equal(await ledger.saveProgress(ANN, failed, undefined), 'saved');
      await assertShows(subject, { ...failed, ...STARTED });
    },
  );

  check('a failure of a run that began after a change does hold it back', async (subject) => {
    const { directory, ledger, clock } = subject;
    await directory.apply(sampleAccount());
    clock.nowMs += 1000;
    const failed = suspendedProgress({ lastRunId: ulid(clock.nowMs) });
    clock.nowMs += 1000;
    assert.equal(await ledger.saveProgress(ANN, failed, undefined), 'saved');
    await assertShows(subject, failed);
  });

  check(
    'a change from a clock that is ahead does not have a wrong password tried for ever',
    async (subject) => {
      const { directory, ledger, clock } = subject;
      clock.nowMs += 1e10;
      await directory.apply(sampleAccount());
      clock.nowMs -= 1e10;
      const failed = suspendedProgress({ lastRunId: ulid(clock.nowMs) });
      clock.nowMs += 1000;
      assert.equal(await ledger.saveProgress(ANN, failed, undefined), 'saved');
      await assertShows(subject, failed);
    },
  );

  check('a success of a run that began before a change is kept whole', async (subject) => {
    const { directory, ledger, clock } = subject;
    const done = wellProgress({ lastRunId: ulid(clock.nowMs) });
    clock.nowMs += 1000;
    await directory.apply(sampleAccount());
    assert.equal(await ledger.saveProgress(ANN, done, undefined), 'saved');
    await assertShows(subject, done);
  });

  check('a run that has lost its lease says nothing, whenever it began', async (subject) => {
    const { directory, ledger, lease, clock } = subject;
    const failed = suspendedProgress({ lastRunId: ulid(clock.nowMs) });
    const stale = await acquired(lease, ANN, 'host/1/run');
    await lease.release(stale);
    await acquired(lease, ANN, 'host/2/run');
    for (const hold of [stale, undefined]) {
      assert.equal(await ledger.saveProgress(ANN, failed, hold), 'stale');
      await directory.apply(hold ? sampleAccount() : CHANGED);
      assert.equal(await ledger.saveProgress(ANN, failed, hold), 'stale');
    }
    assert.equal((await ledger.state(ANN)).progress, undefined);
  });
}

/** The state, the view and the index tell the same. */
async function assertShows(
  { directory, ledger }: DirectoryUnderTest,
  progress: ReturnType<typeof wellProgress>,
): Promise<void> {
  assert.deepEqual((await ledger.state(ANN)).progress, progress);
  assert.deepEqual((await directory.view(ANN)).state.progress, progress);
  const [listed] = await sorted(directory.list());
  const { nextAttemptAt, suspendedFor, lastSuccessAt } = progress;
  assert.ok(listed);
  assert.deepEqual(
    [listed.nextAttemptAt, listed.suspendedFor, listed.lastSuccessAt],
    [nextAttemptAt, suspendedFor, lastSuccessAt],
  );
}
