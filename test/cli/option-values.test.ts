// Values of options: what is meant, or what is allowed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCount, parseDuration } from '../../lib/cli/option-values.ts';

test('a duration is a whole number with a unit', () => {
  for (const [text, durationMs] of [
    ['1s', 1000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['24d', 2_073_600_000],
  ] as const) {
    assert.equal(parseDuration(text), durationMs, text);
  }
});

test('anything else is refused with what is allowed', () => {
  for (const text of [
    '',
    '10',
    'm',
    '0s',
    '-1s',
    '1.5h',
    '10 m',
    '10min',
    '2H',
    '25d',
    '99999999999s',
    '1h30m',
  ]) {
    assert.throws(
      () => parseDuration(text),
      /whole number of seconds.*90s, 10m, 2h or 1d; 24d at most/,
      text,
    );
  }
});

test('the longest duration is one that a timer can wait', () => {
  assert.ok(parseDuration('24d') < 2 ** 31);
});

test('a count is a whole number of at least 1', () => {
  assert.equal(parseCount('1'), 1);
  assert.equal(parseCount('1000000'), 1_000_000);
  for (const text of ['', '0', '-1', '1.5', '1e3', ' 1', '0x10'])
    assert.throws(() => parseCount(text), /whole number of at least 1/, text);
});
