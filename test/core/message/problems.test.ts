// The names of tolerances: each once, kebab-case, explained, in one fixed order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProblemList, PROBLEMS } from '../../../lib/core/message/problems.ts';

void test('every name is kebab-case, unique and explained in a sentence', () => {
  const names = PROBLEMS.map(([name]) => name);
  assert.equal(new Set(names).size, names.length);
  for (const [name, meaning] of PROBLEMS) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)+$/);
    assert.match(meaning, /^[A-Z].*\.$/);
  }
});

void test('a document lists a name once, in an order that does not depend on who noted first', () => {
  const forth = new ProblemList();
  const back = new ProblemList();
  const names = ['date-missing', 'from-missing', 'date-missing', 'message-empty'] as const;
  for (const name of names) forth.note(name);
  for (const name of names.toReversed()) back.note(name);
  assert.deepEqual(forth.toArray(), ['message-empty', 'date-missing', 'from-missing']);
  assert.deepEqual(back.toArray(), forth.toArray());
});
