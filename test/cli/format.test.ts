// Numbers and times as people read them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatTime,
  formatTimeAndAge,
} from '../../lib/cli/format.ts';
import { describeLeaseOwner } from '../../lib/cli/lease-owner.ts';
import { layOut } from '../../lib/cli/table.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const HOUR = 3600 * SECOND;

test('a duration has its two largest units', () => {
  for (const [durationMs, text] of [
    [0, '0.0 s'],
    [49, '0.0 s'],
    [800, '0.8 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [60_000, '1 min'],
    [119_700, '2 min'],
    [125_000, '2 min 5 s'],
    [600_000, '10 min'],
    [90 * 60_000, '1 h 30 min'],
    [2 * HOUR, '2 h'],
  ] as const) {
    assert.equal(formatDuration(durationMs), text);
  }
});

test('a number has a comma before every three digits, as in English', () => {
  for (const count of [0, 7, 12, 123, 1234, 12_345, 123_456, 1_234_567, 2 ** 53 - 1, -123, -1234])
    assert.equal(formatNumber(count), count.toLocaleString('en'));
  assert.equal(formatCount(1, 'message'), '1 message');
  assert.equal(formatCount(1000, 'message'), '1,000 messages');
});

test('a time is ISO 8601 in UTC, with how long ago that was', () => {
  assert.equal(formatTime(NOON + 999), '2026-11-23T12:00:00Z');
  for (const [ageMs, text] of [
    [0, '(0 s ago)'],
    [59 * SECOND, '(59 s ago)'],
    [60 * SECOND, '(1 min ago)'],
    [3 * HOUR, '(3 h ago)'],
    [47 * HOUR, '(47 h ago)'],
    [48 * HOUR, '(2 d ago)'],
    [-90 * SECOND, '(in 1 min)'],
  ] as const) {
    assert.equal(
      formatTimeAndAge(NOON - ageMs, NOON)
        .split(' ')
        .slice(1)
        .join(' '),
      text,
    );
  }
});

test('the owner of a lease is told with the start of its run, which its run id begins with', () => {
  const runId = '01KARFK3G0ABCDEFGHJKMNPQRS';
  const told = describeLeaseOwner(`nas.pids-1/4711/${runId}`, NOON);
  assert.match(told, /^process 4711 on nas\.pids-1 since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ \(/);
  for (const other of ['', 'lambda/abc', 'nas/x/y', `nas/4711/not-a-ulid`])
    assert.equal(describeLeaseOwner(other, NOON), other);
});

test('columns are as wide as their widest cell', () => {
  const columns = [
    { title: 'NAME', align: 'left' },
    { title: 'N', align: 'right' },
  ] as const;
  assert.deepEqual(
    layOut(columns, [
      ['a', '1'],
      ['longer', '1,000'],
    ]),
    ['NAME        N', 'a           1', 'longer  1,000'],
  );
  assert.deepEqual(layOut(columns, []), ['NAME  N']);
});
