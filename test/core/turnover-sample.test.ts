// Which matches are confirmed in full before the rest is believed: enough of them, and from everywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sampleOf } from '../../lib/core/match-turnover.ts';
import type { TurnoverMatch } from '../../lib/core/match-turnover.ts';
import { storedRecord, uidlOf } from '../contract/sample-records.ts';
import { row } from '../support/listed-messages.ts';

function someMatches(count: number): TurnoverMatch[] {
  return Array.from({ length: count }, (_, index) => ({
    listed: row(index + 1, `new-${index}`),
    record: storedRecord(uidlOf(`old-${index}`), `message ${index}`),
  }));
}

test('a sample is at least three, about the square root, without repeats, from the whole range', () => {
  const matches = someMatches(3000);
  fc.assert(
    fc.property(fc.nat(3000), (count) => {
      const all = matches.slice(0, count);
      const places = sampleOf(all).map((match) => all.indexOf(match));
      assert.ok(!places.includes(-1), 'only of what is there');
      assert.ok(places.length >= Math.min(3, count));
      assert.ok(places.length >= Math.sqrt(count) || places.length === count);
      assert.ok(places.length <= Math.max(3, Math.sqrt(count) + 1));
      // From the first on, no stretch longer than the next step is left out, up to the end.
      const stepLimit = Math.ceil(count / places.length);
      for (const [index, place] of [...places, count].entries()) {
        const before = places[index - 1];
        if (before === undefined) assert.equal(place, 0);
        else assert.ok(place > before && place - before <= stepLimit, `${before} to ${place} of ${count}`);
      }
    }),
  );
});

for (const [count, size] of [
  [0, 0],
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 3],
  [9, 3],
  [10, 4],
  [100, 10],
  [2500, 50],
] as const) {
  test(`of ${count} matches ${size} are confirmed`, () => {
    assert.equal(sampleOf(someMatches(count)).length, size);
  });
}
