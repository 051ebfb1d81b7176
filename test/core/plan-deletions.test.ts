// What is deleted on the server: nothing without the account's rule, in order, within the limit, and not a millisecond
// too early.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { DeletionPolicy } from '../../lib/core/account.ts';
import { isDue, planDeletions } from '../../lib/core/plan-deletions.ts';
import type { DeletionCandidate } from '../../lib/core/plan-deletions.ts';
import { storedRecord, uidlOf } from '../contract/sample-records.ts';
import { row } from '../support/listed-messages.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = 1000 * DAY_MS;

function seenAt(firstSeen: number, index = 0): DeletionCandidate {
  const id = `id-${index}`;
  return { listed: row(index + 1, id), record: storedRecord(uidlOf(id), id, { firstSeen }) };
}

const CASES: readonly [what: string, policy: DeletionPolicy, ageMs: number, due: boolean][] = [
  ['kept for ever is never due', 'keep', 999 * DAY_MS, false],
  ['deleted once stored is due at once', 'delete', 0, true],
  ['deleted once stored is due though our clock was set back since', 'delete', -DAY_MS, true],
  ['kept 30 days is due after exactly 30 days', { deleteAfterDays: 30 }, 30 * DAY_MS, true],
  ['kept 30 days is not due a millisecond before', { deleteAfterDays: 30 }, 30 * DAY_MS - 1, false],
  ['kept a day is not due when it is first seen', { deleteAfterDays: 1 }, 0, false],
  ['kept a day is not due when our clock was set back since', { deleteAfterDays: 1 }, -5 * DAY_MS, false],
];

for (const [what, policy, ageMs, due] of CASES) {
  test(`a message ${what}`, () => {
    assert.equal(isDue({ firstSeen: NOW - ageMs }, policy, NOW), due);
  });
}

test('a deletion names its reason, its message and its record', () => {
  const candidates = [seenAt(NOW - 3 * DAY_MS, 0), seenAt(NOW, 1)];
  const [old, fresh] = candidates;
  assert.deepEqual(planDeletions(candidates, 'delete', NOW, 10), {
    due: [
      { ...old, reason: 'stored' },
      { ...fresh, reason: 'stored' },
    ],
    deferred: 0,
  });
  assert.deepEqual(planDeletions(candidates, { deleteAfterDays: 3 }, NOW, 10), {
    due: [{ ...old, reason: 'seen-long-enough-ago' }],
    deferred: 0,
  });
  assert.deepEqual(planDeletions(candidates, 'keep', NOW, 10), { due: [], deferred: 0 });
});

test('the limit of a run takes the first and leaves the rest to the next', () => {
  const candidates = [5, 0, 5, 5].map((days, index) => seenAt(NOW - days * DAY_MS, index));
  const { due, deferred } = planDeletions(candidates, { deleteAfterDays: 5 }, NOW, 2);
  assert.deepEqual(
    due.map(({ listed }) => listed.messageNumber),
    [1, 3],
  );
  assert.equal(deferred, 1);
});

const policies: fc.Arbitrary<DeletionPolicy> = fc.oneof(
  fc.constantFrom('keep' as const, 'delete' as const),
  fc.integer({ min: 1, max: 20 }).map((deleteAfterDays) => ({ deleteAfterDays })),
);
const candidateLists = fc
  .array(fc.integer({ min: -2 * DAY_MS, max: 20 * DAY_MS }), { maxLength: 20 })
  .map((ages) => ages.map((ageMs, index) => seenAt(NOW - ageMs, index)));

test('due and deferred together are what the rule wants gone, the oldest first, and never more than the limit', () => {
  fc.assert(
    fc.property(candidateLists, policies, fc.nat(25), (candidates, policy, limit) => {
      const wanted = candidates.filter(({ record }) => isDue(record, policy, NOW));
      const { due, deferred } = planDeletions(candidates, policy, NOW, limit);
      assert.ok(due.length <= limit);
      assert.equal(due.length + deferred, wanted.length);
      assert.deepEqual(
        due.map(({ listed, record }) => ({ listed, record })),
        wanted.slice(0, limit),
      );
    }),
  );
});

test('what is due once stays due', () => {
  const ages = fc.integer({ min: -DAY_MS, max: 20 * DAY_MS });
  fc.assert(
    fc.property(ages, policies, fc.nat(20 * DAY_MS), (ageMs, policy, laterMs) => {
      const seen = { firstSeen: NOW - ageMs };
      assert.ok(!isDue(seen, policy, NOW) || isDue(seen, policy, NOW + laterMs));
    }),
  );
});
