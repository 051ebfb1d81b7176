// Several items at a time, never more than allowed, and no failure unheard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../lib/core/in-parallel.ts';

async function* numbers(count: number, onRead?: (number: number) => void): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) {
    onRead?.(number);
    yield number;
  }
}

test('every item is worked on, as many at once as allowed', async () => {
  const done = new Set<number>();
  let underWay = 0;
  let most = 0;
  await inParallel(numbers(50), 4, async (number) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(number % 3);
    underWay -= 1;
    done.add(number);
  });
  assert.deepEqual([done.size, most, underWay], [50, 4, 0]);
});

test('the first failure ends it, when what is under way has ended, and nothing more is read', async () => {
  let lastRead = -1;
  let ended = 0;
  const work = async (number: number): Promise<void> => {
    await sleep(number === 3 ? 1 : 30);
    if (number === 3) throw new Error('number 3');
    ended += 1;
  };
  await assert.rejects(
    inParallel(
      numbers(1000, (number) => {
        lastRead = number;
      }),
      8,
      work,
    ),
    /number 3/,
  );
  assert.equal(lastRead, 7);
  assert.equal(ended, 7);
});

test('after a failure nothing more is begun, though fewer are under way than are allowed', async () => {
  const begun: number[] = [];
  const failing = inParallel([1, 2, 3, 4], 8, async (number) => {
    begun.push(number);
    if (number === 1) throw new Error('number 1');
    await sleep(1);
  });
  await assert.rejects(failing, /number 1/);
  assert.ok(begun.length < 4, `${begun.length} were begun`);
});

test('a failure while the source is slow is told, and is no unhandled rejection', async () => {
  async function* slowly(): AsyncGenerator<number> {
    yield 1;
    await sleep(30);
  }
  await assert.rejects(
    inParallel(slowly(), 8, async () => {
      throw new Error('at once');
    }),
    /at once/,
  );
});

test('what a slow source gives after a failure is not begun', async () => {
  const begun: number[] = [];
  async function* slowly(): AsyncGenerator<number> {
    yield 1;
    await sleep(10);
    yield 2;
  }
  const failing = inParallel(slowly(), 8, async (number) => {
    begun.push(number);
    throw new Error(`number ${number}`);
  });
  await assert.rejects(failing, /number 1/);
  assert.deepEqual(begun, [1]);
});

test('a failing source is told, too', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new Error('the source');
  }
  await assert.rejects(
    inParallel(failing(), 8, async () => {}),
    /the source/,
  );
});

test('never more than the limit are under way, nor more than there are items', async () => {
  for (const limit of [1, 3, 10, 50]) {
    let [done, underWay, most] = [0, 0, 0];
    await inParallel(Array.from({ length: 10 }).keys(), limit, async () => {
      most = Math.max(most, (underWay += 1));
      await sleep(1);
      underWay -= 1;
      done += 1;
    });
    assert.deepEqual([done, most], [10, Math.min(limit, 10)]);
  }
});

test('items are begun in the order of the source, and what is under way at a failure is waited for', async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const failing = inParallel(numbers(100), 3, async (number) => {
    begun.push(number);
    await sleep(number === 7 ? 1 : 3);
    if (number === 7) throw new Error('number 7');
    ended.push(number);
  });
  await assert.rejects(failing, /number 7/);
  assert.deepEqual(
    begun,
    begun.map((_, index) => index),
  );
  assert.deepEqual(
    ended.sort((a, b) => a - b),
    begun.filter((number) => number !== 7),
  );
});

test('a source that is left in the middle is told so, one that is read to its end is not read again', async () => {
  let [left, reads] = [0, 0];
  const source = (count: number): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        reads += 1;
        return reads > count ? { done: true, value: undefined } : { done: false, value: reads };
      },
      return: async () => {
        left += 1;
        return { done: true, value: undefined };
      },
    }),
  });
  await inParallel(source(5), 2, async () => await sleep(1));
  assert.deepEqual([left, reads <= 7], [0, true]);
  reads = 0;
  const failing = inParallel(source(5), 2, async () => {
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.equal(left, 1);
});
