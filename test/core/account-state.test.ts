// What an account remembers of its runs: the last success, how often it failed since, and when to try again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { NEW_ACCOUNT_STATE, progressAfter } from '../../lib/core/account-state.ts';
import type { AccountProgress, EndedRun } from '../../lib/core/account-state.ts';
import { accountProgress } from '../contract/sample-records.ts';

const MINUTE_MS = 60_000;
const COUNTS = {
  listed: 127,
  known: 1,
  stored: 2,
  duplicate: 4,
  skipped: 8,
  quarantined: 16,
  failed: 32,
  deferred: 64,
};

function ended(changes: Partial<EndedRun> = {}): EndedRun {
  return {
    runId: 'run-2',
    endedAt: 5_000_000,
    outcome: 'complete',
    counts: COUNTS,
    listing: { rows: 127, recorded: 55 },
    settled: undefined,
    errors: [],
    retryAfterMs: undefined,
    jitter: 0,
    ...changes,
  };
}

test('an account that never ran has no progress, no lease and nothing unsettled, and cannot be changed', () => {
  assert.deepEqual(NEW_ACCOUNT_STATE, {
    progress: undefined,
    deletionsUnsettled: false,
    fence: 0,
    lease: undefined,
  });
  assert.ok(Object.isFrozen(NEW_ACCOUNT_STATE));
});

for (const outcome of ['complete', 'partial'] as const) {
  for (const before of [undefined, accountProgress({ failures: 7, nextAttemptAt: 9e12, backlog: 900 })]) {
    test(`a ${outcome} run is a success, after ${before ? 'seven failures' : 'nothing'} too`, () => {
      assert.deepEqual(progressAfter(before, ended({ outcome })), {
        lastRunId: 'run-2',
        lastEndedAt: 5_000_000,
        lastOutcome: outcome,
        lastSuccessAt: 5_000_000,
        backlog: 96,
        failures: 0,
        nextAttemptAt: undefined,
        lastListing: { rows: 127, recorded: 55 },
        suspendedFor: undefined,
        settled: undefined,
      });
    });
  }
}

test('a stopped run keeps what the last good one left, and counts one more failure', () => {
  const before = accountProgress({ failures: 2 });
  const counts = { ...COUNTS, listed: 0, failed: 0, deferred: 0 };
  assert.deepEqual(progressAfter(before, ended({ outcome: 'stopped', listing: undefined, counts })), {
    lastRunId: 'run-2',
    lastEndedAt: 5_000_000,
    lastOutcome: 'stopped',
    lastSuccessAt: before.lastSuccessAt,
    backlog: before.backlog,
    failures: 3,
    nextAttemptAt: 5_000_000 + 4 * MINUTE_MS,
    lastListing: before.lastListing,
    suspendedFor: undefined,
    settled: undefined,
  });
});

test('a first run that is stopped leaves no success and no listing, and what it did not come to as its backlog', () => {
  assert.deepEqual(progressAfter(undefined, ended({ outcome: 'stopped', listing: undefined })), {
    lastRunId: 'run-2',
    lastEndedAt: 5_000_000,
    lastOutcome: 'stopped',
    lastSuccessAt: undefined,
    backlog: COUNTS.failed + COUNTS.deferred,
    failures: 1,
    nextAttemptAt: 5_000_000 + MINUTE_MS,
    lastListing: undefined,
    suspendedFor: undefined,
    settled: undefined,
  });
});

test('an empty maildrop is a listing: nothing is left over from the one before', () => {
  const counts = { ...COUNTS, failed: 0, deferred: 0 };
  const { backlog, lastListing } = progressAfter(
    accountProgress({ backlog: 5 }),
    ended({ counts, listing: { rows: 0, recorded: 0 } }),
  );
  assert.deepEqual({ backlog, lastListing }, { backlog: 0, lastListing: { rows: 0, recorded: 0 } });
});

/** Progress after so many runs that all stopped at time 0. */
function afterFailures(count: number): AccountProgress | undefined {
  let progress: AccountProgress | undefined;
  for (let failure = 0; failure < count; failure += 1) {
    progress = progressAfter(progress, ended({ outcome: 'stopped', endedAt: 0, listing: undefined }));
  }
  return progress;
}

test('waiting doubles from a minute to six hours, and no further', () => {
  const waits = Array.from({ length: 12 }, (_, index) => afterFailures(index + 1)?.nextAttemptAt);
  const minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360];
  assert.deepEqual(
    waits,
    minutes.map((wait) => wait * MINUTE_MS),
  );
});

test('however often an account failed, the next attempt is a minute to six hours away, and one success ends it', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(2_000_000_000_000), (failures, endedAt) => {
      const before = accountProgress({ failures });
      const { nextAttemptAt = 0, ...stopped } = progressAfter(before, ended({ outcome: 'stopped', endedAt }));
      assert.equal(stopped.failures, failures + 1);
      assert.ok(nextAttemptAt - endedAt >= MINUTE_MS && nextAttemptAt - endedAt <= 360 * MINUTE_MS);
      const again = progressAfter({ nextAttemptAt, ...stopped }, ended({ outcome: 'partial', endedAt }));
      assert.deepEqual([again.failures, again.nextAttemptAt], [0, undefined]);
    }),
  );
});

test('a refused password suspends the account for an hour, and then for a day, until a run succeeds', () => {
  const refused = { outcome: 'stopped', endedAt: 0, errors: [{ code: 'POP3_AUTH_FAILED' }] } as const;
  const first = progressAfter(undefined, ended(refused));
  const second = progressAfter(first, ended(refused));
  const third = progressAfter(second, ended(refused));
  const hours = [first, second, third].map(({ nextAttemptAt }) => (nextAttemptAt ?? 0) / (60 * MINUTE_MS));
  assert.deepEqual(hours, [1, 24, 24]);
  assert.equal(third.suspendedFor, 'POP3_AUTH_FAILED');
  assert.equal(progressAfter(third, ended()).suspendedFor, undefined);
  const lost = progressAfter(third, ended({ outcome: 'stopped', errors: [{ code: 'CONNECT_FAILED' }] }));
  assert.equal(lost.suspendedFor, undefined);
});

test('a refused token suspends the account as a refused password does', () => {
  const refused = { outcome: 'stopped', endedAt: 0, errors: [{ code: 'TOKEN_REFUSED' }] } as const;
  const first = progressAfter(undefined, ended(refused));
  assert.deepEqual([first.nextAttemptAt, first.suspendedFor], [60 * MINUTE_MS, 'TOKEN_REFUSED']);
  const down = progressAfter(undefined, ended({ ...refused, errors: [{ code: 'TOKEN_UNAVAILABLE' }] }));
  assert.deepEqual([down.nextAttemptAt, down.suspendedFor], [MINUTE_MS, undefined]);
});

test('what failed together is tried again up to a quarter of the wait apart', () => {
  const wait = (jitter: number): number | undefined =>
    progressAfter(undefined, ended({ outcome: 'stopped', endedAt: 0, jitter })).nextAttemptAt;
  assert.deepEqual([wait(0), wait(0.5), wait(1)], [MINUTE_MS, 1.125 * MINUTE_MS, 1.25 * MINUTE_MS]);
});

test('a server that says when to come again is not asked earlier, however often it says so', () => {
  const delayMs = 900_000;
  for (const failures of [0, 1, 8]) {
    const before = progressAfter(undefined, { ...ended(), outcome: 'stopped' });
    const after = progressAfter(
      { ...before, failures },
      { ...ended(), outcome: 'stopped', retryAfterMs: delayMs },
    );
    const waitMs = (after.nextAttemptAt ?? 0) - after.lastEndedAt;
    const ownMs =
      (progressAfter({ ...before, failures }, { ...ended(), outcome: 'stopped' }).nextAttemptAt ?? 0) -
      after.lastEndedAt;
    assert.equal(waitMs, Math.max(delayMs, ownMs));
  }
});
