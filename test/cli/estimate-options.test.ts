// What `mailferry estimate` understands, and how it refuses the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAmount, parseAssumption, parseOctets } from '../../lib/cli/estimate-options.ts';
import { assume } from '../../lib/estimate/assumptions.ts';

test('octets are a number, with a unit or without', () => {
  assert.deepEqual(
    ['0', '750000', '12kB', '800MB', '1.5GB', '2TB'].map(parseOctets),
    [0, 750_000, 12_000, 800e6, 1.5e9, 2e12],
  );
  for (const text of ['', 'many', '1 MB', '-1', '1.2345GB', '1GiB', '1e9'])
    assert.throws(() => parseOctets(text), /such as 750000, 800MB or 1\.5GB/, text);
});

test('an amount may be nothing, and is whole', () => {
  assert.deepEqual(['0', '1000000'].map(parseAmount), [0, 1_000_000]);
  for (const text of ['', '1.5', '-1', 'x']) assert.throws(() => parseAmount(text), /whole number/, text);
});

test('what is assumed is changed by name, one after the other; the rest stays', () => {
  const changed = parseAssumption('rttMs=20', parseAssumption('attachmentsPerMessage=0.25'));
  assert.deepEqual(changed, { rttMs: 20, attachmentsPerMessage: 0.25 });
  const { rttMs, s3Ms } = assume(changed);
  assert.deepEqual([rttMs, s3Ms], [20, assume().s3Ms]);
});

test('an assumption that is none, is no number, or would divide by nothing is refused', () => {
  assert.throws(() => parseAssumption('luck=1'), /there are: rttMs, /);
  assert.throws(() => parseAssumption('toString=1'), /there are: rttMs, /);
  for (const text of ['rttMs', 'rttMs=', 'rttMs=-1', 'rttMs=1=2'])
    assert.throws(() => parseAssumption(text), /expected rttMs=NUMBER/, text);
  assert.throws(() => parseAssumption('monthsOfMail=0'), /more than 0/);
  assert.deepEqual(parseAssumption('alarms=0'), { alarms: 0 });
});
