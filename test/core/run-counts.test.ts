// Every listed message ends in one state: the sum must show any that is lost or counted twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBalanced, MESSAGE_OUTCOMES } from '../../lib/core/run-counts.ts';
import type { RunCounts } from '../../lib/core/run-counts.ts';

const COUNTS: RunCounts = {
  listed: 127,
  known: 1,
  stored: 2,
  duplicate: 4,
  skipped: 8,
  quarantined: 16,
  failed: 32,
  deferred: 64,
};

test('counts balance when the states add up to what was listed, and a run of nothing balances', () => {
  assert.equal(isBalanced(COUNTS), true);
  const nothing = Object.fromEntries(Object.keys(COUNTS).map((key) => [key, 0])) as unknown as RunCounts;
  assert.equal(isBalanced(nothing), true);
});

test('one message lost or counted twice in any state is seen', () => {
  for (const outcome of [...MESSAGE_OUTCOMES, 'listed'] as const) {
    assert.equal(isBalanced({ ...COUNTS, [outcome]: COUNTS[outcome] + 1 }), false, outcome);
    assert.equal(isBalanced({ ...COUNTS, [outcome]: COUNTS[outcome] - 1 }), false, outcome);
  }
});
