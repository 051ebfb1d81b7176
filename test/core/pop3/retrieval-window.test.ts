// How far ahead messages are asked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ONE_BY_ONE, PIPELINED, RetrievalWindow } from '../../../lib/core/pop3/retrieval-window.ts';

test('an empty window has room for a message of any size, and no other beside it', () => {
  const window = new RetrievalWindow({ isPipelined: true, messages: 10, octets: 1000 });
  assert.ok(window.hasRoomFor(1e12));
  window.add(1e12);
  assert.equal(window.hasRoomFor(1), false);
  window.remove(1e12);
  assert.ok(window.hasRoomFor(1e12));
});

test('messages fill it by their number and by their octets, whichever comes first', () => {
  const many = new RetrievalWindow({ isPipelined: true, messages: 2, octets: 1000 });
  many.add(1);
  assert.ok(many.hasRoomFor(1));
  many.add(1);
  assert.equal(many.hasRoomFor(1), false);
  const large = new RetrievalWindow({ isPipelined: true, messages: 10, octets: 1000 });
  large.add(600);
  assert.ok(large.hasRoomFor(400));
  assert.equal(large.hasRoomFor(401), false);
});

test('a message of unknown size counts, and is taken off as it was put in', () => {
  const window = new RetrievalWindow({ isPipelined: true, messages: 1000, octets: 1_000_000 });
  let count = 0;
  for (; window.hasRoomFor(undefined); count += 1) window.add(undefined);
  assert.ok(count > 1 && count < 1000, String(count));
  for (let index = 0; index < count; index += 1) window.remove(undefined);
  assert.ok(window.hasRoomFor(1_000_000));
});

test('more is asked for when half of it has come, so that many commands share a packet', () => {
  const window = new RetrievalWindow({ isPipelined: true, messages: 4, octets: 1000 });
  for (let index = 0; index < 4; index += 1) window.add(10);
  assert.equal(window.isLow, false);
  window.remove(10);
  assert.equal(window.isLow, false);
  window.remove(10);
  assert.ok(window.isLow);
});

test('one by one is one at a time, pipelined is more', () => {
  const one = new RetrievalWindow(ONE_BY_ONE);
  assert.ok(one.isLow);
  one.add(undefined);
  assert.equal(one.hasRoomFor(0), false);
  assert.ok(PIPELINED.messages > 1);
});
