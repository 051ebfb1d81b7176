// What a server says of itself, as something to decide by.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCapabilities } from '../../../lib/core/pop3/capabilities.ts';
import { toServerFacts } from '../../../lib/core/pop3/server-facts.ts';
import type { ServerFacts } from '../../../lib/core/pop3/server-facts.ts';

function factsOf(...rows: readonly string[]): ServerFacts {
  return toServerFacts(parseCapabilities(rows.map((row) => Buffer.from(row, 'latin1'))));
}

test('a server that says nothing has nothing', () => {
  assert.deepEqual(factsOf(), {
    hasPipelining: false,
    announcesUidl: false,
    announcesTop: false,
    hasStls: false,
    hasUser: false,
    saslMechanisms: [],
    hasAuthRespCode: false,
    expire: undefined,
    loginDelaySeconds: undefined,
    hasUtf8: false,
    hasLang: false,
    implementation: undefined,
  });
});

test('a tag is the whole word, and never the start of another', () => {
  assert.equal(factsOf('PIPELINE').hasPipelining, false);
  assert.equal(factsOf('xstls', 'STLSX').hasStls, false);
  assert.ok(factsOf('pipelining').hasPipelining);
});

test('mechanisms are named once each, in capitals', () => {
  assert.deepEqual(factsOf('SASL plain SCRAM-SHA-256 SCRAM-SHA-256').saslMechanisms, [
    'PLAIN',
    'SCRAM-SHA-256',
  ]);
  assert.deepEqual(factsOf('SASL').saslMechanisms, []);
});

test('EXPIRE is days, never, or nothing that is understood', () => {
  const cases = [
    ['EXPIRE 0', 0],
    ['EXPIRE 31 USER', 31],
    ['EXPIRE never', 'never'],
    ['EXPIRE', undefined],
    ['EXPIRE -1', undefined],
    ['EXPIRENEVER', undefined],
  ] as const;
  for (const [row, expire] of cases) assert.equal(factsOf(row).expire, expire, row);
});

test('LOGIN-DELAY is seconds', () => {
  assert.equal(factsOf('LOGIN-DELAY 900').loginDelaySeconds, 900);
  assert.equal(factsOf('LOGIN-DELAY 300 USER').loginDelaySeconds, 300);
  assert.equal(factsOf('LOGIN-DELAY soon').loginDelaySeconds, undefined);
});
