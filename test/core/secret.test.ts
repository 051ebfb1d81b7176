// A secret shows itself only when asked by name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from '../../lib/core/secret.ts';

const secret = new Secret('hunter2');

test('a secret gives its value to whoever asks for it', () => {
  assert.equal(secret.reveal(), 'hunter2');
});

test('printing, formatting, joining or serialising a secret shows no part of it', () => {
  const shown = [
    String(secret),
    // eslint-disable-next-line typescript/no-base-to-string, typescript/restrict-template-expressions -- the accident under test
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 9 }),
    inspect({ nested: [secret] }, { depth: 9 }),
    format('%s %o %j', secret, secret, secret),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(Object.assign({}, secret)),
  ];
  for (const text of shown) assert.doesNotMatch(text, /hunter/);
  assert.equal(shown[0], '[redacted]');
});
