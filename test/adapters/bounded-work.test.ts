// So many steps at a time, all of them, and none after a failure.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { forEachAtMost, inBatches } from '../../lib/adapters/bounded-work.ts';

const TEN = Array.from({ length: 10 }, (_, index) => index);

test('every item has its step, and never more than the limit are under way', async () => {
  for (const limit of [1, 3, 10, 50]) {
    const done: number[] = [];
    let [underWay, most] = [0, 0];
    await forEachAtMost(limit, TEN, async (item) => {
      most = Math.max(most, (underWay += 1));
      await turn();
      underWay -= 1;
      done.push(item);
    });
    assert.deepEqual(
      done.sort((a, b) => a - b),
      TEN,
    );
    assert.equal(most, Math.min(limit, TEN.length));
  }
});

test('after a failure no further item is taken, and the steps under way are waited for', async () => {
  const [started, ended]: [number[], number[]] = [[], []];
  const failure = new Error('the third failed');
  const work = forEachAtMost(2, TEN, async (item) => {
    started.push(item);
    await turn();
    if (item === 2) throw failure;
    await turn();
    ended.push(item);
  });
  await assert.rejects(work, failure);
  assert.ok(started.length < TEN.length, `${started.length} items were taken`);
  assert.deepEqual(
    ended,
    started.filter((item) => item !== 2),
  );
});

test('batches are in order, full but for the last, and none is empty', () => {
  assert.deepEqual(
    [...inBatches(4, TEN)],
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ],
  );
  assert.deepEqual(
    [...inBatches(5, TEN)].map((batch) => batch.length),
    [5, 5],
  );
  assert.deepEqual([...inBatches(3, [])], []);
});
