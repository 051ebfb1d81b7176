// Every item in one batch, and no batch larger than allowed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBatches } from '../../lib/adapters/in-batches.ts';

const TEN = Array.from({ length: 10 }, (_, index) => index);

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
