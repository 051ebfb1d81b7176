// A compact set is a set: it has what was put in and nothing else, through every growth.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { KeySet } from '../../lib/audit/key-set.ts';

test('it has what was added, once, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (added, others) => {
      const set = new KeySet();
      for (const key of added) set.add(key);
      const expected = new Set(added);
      assert.equal(set.size, expected.size);
      for (const key of [...added, ...others]) assert.equal(set.has(key), expected.has(key), key);
    }),
  );
});

test('it stays right when it grows a hundred times over', () => {
  const set = new KeySet();
  const keyOf = (number: number): string => `raw/account=a/dt=2025-01-02/${number}.eml`;
  for (let number = 0; number < 100_000; number += 1) set.add(keyOf(number));
  for (let number = 0; number < 100_000; number += 7) set.add(keyOf(number));
  assert.equal(set.size, 100_000);
  for (let number = 0; number < 100_000; number += 1) assert.ok(set.has(keyOf(number)));
  for (let number = 100_000; number < 200_000; number += 1) assert.ok(!set.has(keyOf(number)));
});
