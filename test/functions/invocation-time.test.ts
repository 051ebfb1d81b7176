// How the time of an invocation is cut up, and how long its leases last.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { startInvocationTime } from '../../functions/invocation-time.ts';
import type { InvocationTime } from '../../functions/invocation-time.ts';
import { LEASE_GRACE_MS, leaseToEnd } from '../../functions/fetch/lease-to-end.ts';
import type { Lease } from '../../lib/ports/ledger.ts';
import { isTimeUp } from '../../lib/import/stop-reason.ts';
import { ANN } from '../contract/sample-records.ts';

/** When each signal came, in milliseconds from the start. */
function play(remainingMs: number, reserveMs: number): Record<string, number> {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    using time = startInvocationTime(remainingMs, reserveMs, 1000);
    assert.equal(time.endsAt, 1000 + remainingMs);
    const came: Record<string, number> = {};
    for (let passed = 0; passed <= remainingMs; passed += 1) {
      for (const name of ['stop', 'deleteUntil', 'abort', 'over'] as const) {
        if (time[name].aborted) came[name] ??= passed;
      }
      mock.timers.tick(1);
    }
    assert.ok([time.stop, time.deleteUntil, time.abort, time.over].every(isTimeUp), 'which is no failure');
    return came;
  } finally {
    mock.timers.reset();
  }
}

test('work stops a reserve before the end, connections close before the books, and nobody is waited for at the end', () => {
  assert.deepEqual(play(120_000, 30_000), {
    stop: 90_000,
    deleteUntil: 105_000,
    abort: 112_500,
    over: 117_500,
  });
});

test('the books never need more than ten seconds', () => {
  assert.deepEqual(play(200_000, 100_000), {
    stop: 100_000,
    deleteUntil: 150_000,
    abort: 190_000,
    over: 196_667,
  });
});

test('a reserve that is longer than the time there is leaves half of it for work', () => {
  assert.deepEqual(play(2000, 60_000), { stop: 1000, deleteUntil: 1500, abort: 1750, over: 1917 });
});

test('no timer outlives it', () => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const time: InvocationTime = startInvocationTime(60_000, 10_000, 0);
  assert.equal(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length, before + 4);
  time[Symbol.dispose]();
  assert.equal(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length, before);
});

/** The durations that leases were taken and renewed for. */
function durations(): { lease: Lease; asked: number[] } {
  const asked: number[] = [];
  const hold = { account: ANN, owner: 'me', fence: 1 };
  return {
    asked,
    lease: {
      acquire: async (_account, _owner, durationMs) => {
        asked.push(durationMs);
        return hold;
      },
      renew: async (_hold, durationMs) => void asked.push(durationMs),
      release: async () => undefined,
    },
  };
}

test('a lease ends half a minute after the invocation, however late it is renewed', async () => {
  let now = 0;
  const { lease, asked } = durations();
  const bounded = leaseToEnd(lease, 100_000, () => now);
  const hold = await bounded.acquire(ANN, 'me', 130_000);
  assert.ok('fence' in hold);
  for (now of [60_000, 100_000, 150_000]) await bounded.renew(hold, 130_000);
  // At the very end and after it: whoever is told that the lease is his has it for a moment.
  assert.deepEqual(asked, [130_000, 70_000, LEASE_GRACE_MS, LEASE_GRACE_MS]);
});

test('a lease that was asked for less is for less', async () => {
  const { lease, asked } = durations();
  await leaseToEnd(lease, 100_000, () => 0).acquire(ANN, 'me', 1000);
  assert.deepEqual(asked, [1000]);
});
