// How often a schedule comes due in a month.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollsPerMonth } from '../../lib/estimate/polls-per-month.ts';

test('every 15 minutes is four times in each of 730 hours', () => {
  assert.equal(pollsPerMonth({ everyMinutes: 15 }), 2920);
  assert.equal(pollsPerMonth({ everyMinutes: 1440 }), 730 / 24);
});

test('a cron is counted over a year', () => {
  const timezone = 'Europe/Berlin';
  assert.equal(pollsPerMonth({ cron: '0 3 * * *', timezone }), 365 / 12);
  assert.equal(pollsPerMonth({ cron: '0 3 1 * *', timezone }), 1);
  assert.equal(pollsPerMonth({ cron: '0 3 29 2 *', timezone }), 0, 'not in an ordinary year');
});

test('a cron that is due often is counted by how far its times are apart', () => {
  const often = pollsPerMonth({ cron: '*/5 * * * *', timezone: 'UTC' });
  assert.ok(Math.abs(often - 8760) < 1, String(often));
});
