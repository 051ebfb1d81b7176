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
