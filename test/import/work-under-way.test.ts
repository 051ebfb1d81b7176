// So much work beside its caller and no more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkUnderWay } from '../../lib/import/work-under-way.ts';

/** Begins a piece that ends when the returned function is called. */
function begin(work: WorkUnderWay, octets: number): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  work.begin(octets, async () => await promise);
  return resolve;
}

/** @returns whether it has resolved once everything else had its turn */
async function isOver(promise: Promise<void>): Promise<boolean> {
  let isIt = false;
  void promise.then(() => (isIt = true));
  await new Promise((soon) => setImmediate(soon));
  return isIt;
}

test('there is room for so many pieces, and for the next when one has ended', async () => {
  const work = new WorkUnderWay({ pieces: 2, octets: 100 });
  const endFirst = begin(work, 1);
  assert.equal(work.hasRoomFor(1), true);
  begin(work, 1);
  assert.equal(work.hasRoomFor(1), false);
  const room = work.roomFor(1);
  assert.equal(await isOver(room), false);
  endFirst();
  assert.equal(await isOver(room), true);
});

test('there is room for so many octets', async () => {
  const work = new WorkUnderWay({ pieces: 10, octets: 100 });
  begin(work, 60);
  assert.equal(work.hasRoomFor(40), true);
  assert.equal(work.hasRoomFor(41), false);
});

test('what is larger than all room goes alone', async () => {
  const work = new WorkUnderWay({ pieces: 10, octets: 100 });
  assert.equal(work.hasRoomFor(1_000), true);
  const end = begin(work, 1_000);
  assert.equal(work.hasRoomFor(1), false);
  const room = work.roomFor(1_000);
  end();
  await room;
});

test('it is idle when all pieces have ended', async () => {
  const work = new WorkUnderWay({ pieces: 10, octets: 100 });
  await work.idle();
  const ends = [begin(work, 1), begin(work, 2)];
  const idle = work.idle();
  ends[0]?.();
  assert.equal(await isOver(idle), false);
  ends[1]?.();
  await idle;
  assert.equal(work.isIdle, true);
});
