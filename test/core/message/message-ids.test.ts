// Message identifiers, as headers give them and as they should have.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessageIds } from '../../../lib/core/message/message-ids.ts';

const CASES: readonly (readonly [behaviour: string, value: string, ids: string[]])[] = [
  ['one id loses its brackets', '<a@b>', ['a@b']],
  ['several ids stay in order, repeated ones too', '<a@b>\t<c@d> <a@b>', ['a@b', 'c@d', 'a@b']],
  ['ids may lack the space between them', '<a@b><c@d>', ['a@b', 'c@d']],
  ['words around brackets are none', 'Your message of today <a@b> (x)', ['a@b']],
  ['without brackets the words are the ids', 'a@b, c@d', ['a@b', 'c@d']],
  ['an id broken by folding is whole again', '<a@ b>', ['a@b']],
  ['an empty header has none', ' ', []],
  ['empty brackets have none', '<>', []],
  ['a bracket that is never closed is part of a word', '<a@b', ['<a@b']],
];

for (const [behaviour, value, ids] of CASES) {
  void test(behaviour, () => {
    assert.deepEqual(parseMessageIds(value), ids);
  });
}
