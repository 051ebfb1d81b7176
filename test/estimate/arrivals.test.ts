// How much mail comes in, as earlier runs tell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { measureArrivals } from '../../lib/estimate/arrivals.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = 100 * DAY_MS;

function run(
  daysAgo: number,
  stored: number,
  more: Partial<RunRecord> & { deferred?: number } = {},
): RunRecord {
  const { deferred = 0, ...rest } = more;
  const counts = {
    listed: 0,
    known: 0,
    duplicate: 0,
    skipped: 0,
    quarantined: 0,
    failed: 0,
    stored,
    deferred,
  };
  return {
    account: 'test' as AccountId,
    runId: String(daysAgo),
    startedAt: NOW - daysAgo * DAY_MS,
    endedAt: NOW - daysAgo * DAY_MS,
    counts,
    octets: stored * 1000,
    outcome: 'complete',
    errors: [],
    notices: [],
    deletions: { outcome: 'none', entries: [] },
    ...rest,
  };
}

test('mail that was there before the first whole run is not mail that comes in', () => {
  const runs = [run(1, 3), run(10, 5000), run(12, 9000, { deferred: 5000 }), run(5, 7)];
  const tenDays = 240 / 730;
  assert.deepEqual(measureArrivals(runs, NOW), {
    messagesPerMonth: 10 / tenDays,
    octetsPerMonth: 10_000 / tenDays,
  });
});

test('a mailbox to which nothing came has a rate, which is nothing', () => {
  assert.deepEqual(measureArrivals([run(30, 5000)], NOW), { messagesPerMonth: 0, octetsPerMonth: 0 });
});

test('without a whole run, or with one of today only, nothing is known', () => {
  assert.equal(measureArrivals([], NOW), undefined);
  assert.equal(measureArrivals([run(9, 10, { outcome: 'stopped' })], NOW), undefined);
  assert.equal(measureArrivals([run(9, 10, { deferred: 1 })], NOW), undefined);
  assert.equal(measureArrivals([run(0.9, 10)], NOW), undefined);
});
