// What is under way when a run is to stop takes no more than a moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PIPELINED } from '../../lib/core/pop3/retrieval-window.ts';
import { LookAhead } from '../../lib/import/look-ahead.ts';

function after(...tookMs: readonly number[]): number {
  const ahead = new LookAhead();
  for (const ms of tookMs) ahead.note(ms);
  return ahead.messages;
}

test('it begins with two, for one alone would never tell what pipelining gives', () => {
  assert.equal(after(), 2);
});

test('when the first few have come far away, as many are asked for as are of use', () => {
  assert.equal(after(80, 1, 1, 1, 1, 1, 1, 1), PIPELINED.messages);
});

test('quick messages are asked for as many as are of use, slow ones one at a time', () => {
  assert.equal(after(1), PIPELINED.messages);
  assert.equal(after(0, 0, 0), PIPELINED.messages);
  assert.equal(after(50), 4);
  assert.equal(after(60_000), 1);
});

test('one slow message among quick ones does not stop it, and many do', () => {
  const quick = Array.from({ length: 20 }, () => 10);
  assert.ok(after(...quick, 150) > 1);
  assert.ok(after(...quick, ...Array.from({ length: 20 }, () => 1000)) <= 2);
});
