// So much work beside its caller and no more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkUnderWay } from '../../lib/core/work-under-way.ts';

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
  await work.room();
  begin(work, 1);
  const room = work.room();
  assert.equal(await isOver(room), false);
  endFirst();
  assert.equal(await isOver(room), true);
});

test('there is room until so many octets are under way, and one may exceed them', async () => {
  const work = new WorkUnderWay({ pieces: 10, octets: 100 });
  begin(work, 99);
  await work.room();
  const end = begin(work, 1_000);
  const room = work.room();
  assert.equal(await isOver(room), false);
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
});
