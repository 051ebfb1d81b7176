// Whether a listing goes on where the last one ended: what stops deletions, and what starts the search for new UIDLs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ListingMark } from '../../lib/core/account-state.ts';
import { assessListing } from '../../lib/core/listing-health.ts';
import type { ListingHealth } from '../../lib/core/listing-health.ts';

interface Case {
  readonly name: string;
  /** Rows and, of them, recorded. */
  readonly last: readonly [rows: number, recorded: number] | undefined;
  readonly now: readonly [rows: number, recorded: number];
  readonly kind: ListingHealth['kind'];
}

const CASES: readonly Case[] = [
  { name: 'a first listing is normal', last: undefined, now: [1000, 0], kind: 'normal' },
  { name: 'the same listing again is normal', last: [100, 100], now: [100, 100], kind: 'normal' },
  { name: 'of nine messages nothing can be concluded', last: [9, 9], now: [9, 0], kind: 'normal' },
  { name: 'ten messages are enough', last: [10, 10], now: [10, 0], kind: 'turnover' },
  { name: 'half of the messages may vanish', last: [100, 100], now: [50, 50], kind: 'normal' },
  { name: 'more than half may not', last: [100, 100], now: [49, 49], kind: 'vanished' },
  { name: 'an empty maildrop that was full has vanished', last: [100, 100], now: [0, 0], kind: 'vanished' },
  { name: 'as much new mail as there was is normal', last: [100, 100], now: [200, 100], kind: 'normal' },
  { name: 'more new mail than there was is strange', last: [100, 100], now: [201, 100], kind: 'strange' },
  { name: 'every UIDL another one is a turnover', last: [100, 100], now: [100, 0], kind: 'turnover' },
  { name: 'a turnover may bring new mail with it', last: [100, 100], now: [130, 0], kind: 'turnover' },
  { name: 'a turnover may leave some as they were', last: [100, 100], now: [100, 49], kind: 'turnover' },
  { name: 'half of it is no turnover', last: [100, 100], now: [100, 50], kind: 'normal' },
  {
    name: 'mail that the last run left for later, or for ever, is no stranger',
    last: [1000, 10],
    now: [1000, 10],
    kind: 'normal',
  },
  {
    name: 'mail that was left for later, and stored meanwhile, is no stranger',
    last: [1000, 10],
    now: [1000, 1000],
    kind: 'normal',
  },
];

function marked([rows, recorded]: readonly [rows: number, recorded: number]): ListingMark {
  return { rows, recorded };
}

for (const { name, last, now, kind } of CASES) {
  test(name, () => {
    assert.equal(assessListing(marked(now), last && marked(last)).kind, kind);
  });
}

test('what looks wrong is explained with its numbers', () => {
  const health = assessListing({ rows: 130, recorded: 20 }, { rows: 100, recorded: 90 });
  assert.ok(health.kind === 'turnover');
  assert.match(health.explanation, /\b70 of the 90 recorded\b/);
  assert.match(health.explanation, /\b100 of 130 listed\b/);
});

const marks = fc
  .tuple(fc.nat(200), fc.nat(200))
  .map(([recorded, others]): ListingMark => ({ rows: recorded + others, recorded }));
const conclusive = marks.filter(({ recorded }) => recorded >= 10);

test('a listing of which nothing is gone and most is recorded is normal, whatever was there before', () => {
  fc.assert(
    fc.property(marks, fc.nat(200), fc.nat(200), (last, more, strangers) => {
      const recorded = last.recorded + more;
      const now = { rows: recorded + Math.min(strangers, recorded), recorded };
      assert.equal(assessListing(now, last).kind, 'normal');
    }),
  );
});

test('whatever is not normal has lost or won more than half, and says a true number of each', () => {
  fc.assert(
    fc.property(marks, conclusive, (now, last) => {
      const health = assessListing(now, last);
      if (health.kind === 'normal') return;
      const gone = /(\d+) of the \d+ recorded/.exec(health.explanation)?.[1];
      const unknown = /(\d+) of \d+ listed/.exec(health.explanation)?.[1];
      assert.deepEqual(
        [gone !== undefined, unknown !== undefined],
        [health.kind !== 'strange', health.kind !== 'vanished'],
      );
      if (gone !== undefined) {
        assert.equal(Number(gone), last.recorded - now.recorded);
        assert.ok(now.recorded < last.recorded / 2);
      }
      if (unknown !== undefined) {
        assert.ok(Number(unknown) > now.rows / 2);
        assert.ok(Number(unknown) <= now.rows - now.recorded);
      }
    }),
  );
});

test('without any known message a maildrop that was wholly recorded is a turnover, however large', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 1_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (was, is) => {
        assert.equal(assessListing({ rows: is, recorded: 0 }, { rows: was, recorded: was }).kind, 'turnover');
      },
    ),
  );
});
