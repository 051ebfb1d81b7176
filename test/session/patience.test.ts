// How long a server may keep us waiting.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from '../../lib/session/patience.ts';

test('an answer has one time for all of it, however often it brings an octet', () => {
  const patience = new Patience(1000);
  for (let index = 0; index < 9; index += 1) patience.note(100, 1);
  assert.equal(patience.isSpent, false);
  assert.equal(patience.leftMs, 100);
  patience.note(100, 1);
  assert.ok(patience.isSpent);
});

test('an answer that gets on has its time anew, again and again', () => {
  const patience = new Patience(1000, 512);
  for (let index = 0; index < 100; index += 1) {
    patience.note(450, 256);
    patience.note(450, 256);
    assert.equal(patience.isSpent, false);
  }
  patience.note(999, 511);
  assert.equal(patience.isSpent, false);
  patience.note(1, 0);
  assert.ok(patience.isSpent);
});
