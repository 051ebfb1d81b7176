// Of several rows of a message the same one counts for everybody, in whatever order they are met.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestRow } from '../../../lib/core/catalog/newest-row.ts';
import { rowOf } from './row-of.ts';

test('a later parser counts, by number; a failure counts less than anything', () => {
  const failed = rowOf('x', { problems: ['parse-failed', 'worker-died'], parser_version: '11+a' });
  const ninth = rowOf('x', { parser_version: '9+z' });
  const tenth = rowOf('x', { parser_version: '10+a' });
  const odd = rowOf('x', { parser_version: 'odd' });
  for (const [lesser, newer] of [
    [failed, odd],
    [odd, ninth],
    [ninth, tenth],
    [failed, tenth],
  ] as const) {
    assert.equal(newestRow(lesser, newer), newer);
    assert.equal(newestRow(newer, lesser), newer);
  }
});

test('of two that are as new always the same one counts', () => {
  const one = rowOf('x', { run_id: '1' });
  const other = rowOf('x', { run_id: '2' });
  assert.equal(newestRow(one, other), newestRow(other, one));
});
