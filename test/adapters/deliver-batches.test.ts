// Whatever a service takes, refuses, forgets or fails at: nothing counts as taken that is not proven to be, and nothing is lost
// from the count.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { deliverBatches } from '../../lib/adapters/deliver-batches.ts';
import type { Service, Verdict } from '../../lib/adapters/deliver-batches.ts';

const AGAIN: Verdict = { code: 'InternalError', isLasting: false };
const REFUSED: Verdict = { code: 'InvalidMessageContents', isLasting: true };

const ONE_AT_A_TIME = { callsAtOnce: 1, signal: undefined };

function service(send: Service<number>['send']): Service<number> {
  return { maxEntries: 10, maxOctets: 1000, octetsOf: () => 1, send };
}

test('what an answer says nothing of is sent again', async () => {
  const calls: (readonly number[])[] = [];
  const { taken, failure } = await deliverBatches(
    [1, 2, 3],
    service(async (entries) => {
      calls.push(entries);
      return calls.length === 1 ? ['taken'] : entries.map(() => 'taken');
    }),
    ONE_AT_A_TIME,
  );
  assert.deepEqual([taken, failure], [3, undefined]);
  assert.deepEqual(calls, [
    [1, 2, 3],
    [2, 3],
  ]);
});

test('a signal ends the pause before entries are sent again', async () => {
  const abort = new AbortController();
  let calls = 0;
  const { taken, failure } = await deliverBatches(
    [1, 2],
    service(async () => {
      calls += 1;
      abort.abort();
      return ['taken', AGAIN];
    }),
    { callsAtOnce: 1, signal: abort.signal },
  );
  assert.deepEqual([calls, taken], [1, 1]);
  assert.ok(failure instanceof Error && failure.name === 'AbortError');
});

test('a call that is refused for what is in it does not keep the others back, and one that fails does', async () => {
  for (const [name, calls] of [
    ['BatchRequestTooLong', 3],
    ['ServiceUnavailable', 1],
  ] as const) {
    let called = 0;
    const thrown = Object.assign(new Error(), { name });
    const { taken, failure } = await deliverBatches(
      Array.from({ length: 30 }, (_, index) => index),
      service(async (entries) => {
        called += 1;
        if (entries.includes(0)) throw thrown;
        return entries.map(() => 'taken');
      }),
      ONE_AT_A_TIME,
    );
    assert.deepEqual([called, taken], [calls, (calls - 1) * 10]);
    assert.equal(failure, thrown);
  }
});

test('without entries the service is not called', async () => {
  const unwanted = service(async () => assert.fail('called'));
  assert.deepEqual(await deliverBatches([], unwanted, ONE_AT_A_TIME), { taken: 0, failure: undefined });
});

test('entries are grouped in their order, and one that is too large goes alone', async () => {
  const calls: (readonly number[])[] = [];
  const bySize: Service<number> = {
    maxEntries: 3,
    maxOctets: 10,
    octetsOf: (entry) => entry,
    send: async (entries) => {
      calls.push(entries);
      return entries.map(() => 'taken');
    },
  };
  await deliverBatches([5, 5, 1, 20, 1, 1, 1, 1, 9, 2], bySize, ONE_AT_A_TIME);
  assert.deepEqual(calls, [[5, 5], [1], [20], [1, 1, 1], [1, 9], [2]]);
});

/** What becomes of an entry the first time, and from then on. */
const fate = fc.constantFrom<readonly [Verdict | 'call fails' | 'call refused', Verdict]>(
  ['taken', 'taken'],
  ['taken', 'taken'],
  ['taken', 'taken'],
  [AGAIN, 'taken'],
  [AGAIN, REFUSED],
  [REFUSED, 'taken'],
  ['call fails', 'taken'],
  ['call refused', 'taken'],
);

test('the count is of what was taken, and no entry is taken twice or left out in silence', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      async (fates, callsAtOnce) => {
        const seen = new Map<number, number>();
        const took: number[] = [];
        const { taken, failure } = await deliverBatches(
          fates.map((_, index) => index),
          service(async (entries) => {
            const verdicts = entries.map((entry) => {
              const times = (seen.get(entry) ?? 0) + 1;
              seen.set(entry, times);
              return fates[entry]?.[times === 1 ? 0 : 1] ?? assert.fail('an entry of nobody');
            });
            if (verdicts.includes('call fails'))
              throw Object.assign(new Error(), { name: 'ServiceUnavailable' });
            if (verdicts.includes('call refused'))
              throw Object.assign(new Error(), { name: 'BatchRequestTooLong' });
            return verdicts.map((verdict, index) => {
              if (verdict === 'taken') took.push(entries[index] ?? -1);
              return verdict as Verdict;
            });
          }),
          { callsAtOnce, signal: undefined },
        );
        assert.equal(taken, took.length);
        assert.equal(new Set(took).size, took.length);
        assert.equal(failure === undefined, taken === fates.length);
        const isStopped = fates.some(([first], index) => first === 'call fails' && seen.has(index));
        if (!isStopped) assert.equal(seen.size, fates.length);
      },
    ),
    { numRuns: 60 },
  );
});
