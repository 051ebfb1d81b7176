// PLAIN: one message, divided by NUL.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPlain } from '../../../../lib/core/pop3/sasl/plain.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';

test('PLAIN says NUL, user, NUL, password (the example of RFC 4616 section 4)', () => {
  const exchange = startPlain('tim', new Secret('tanstaaftanstaaf'));
  assert.equal(Buffer.from(exchange.initialResponse ?? '').toString(), '\0tim\0tanstaaftanstaaf');
  assert.equal(exchange.isSecretSpent, true);
  exchange.finish();
});

test('PLAIN sends other letters as UTF-8, unprepared', () => {
  const exchange = startPlain('impört', new Secret('päss😀 wort'));
  const expected = Buffer.from('\0impört\0päss😀 wort', 'utf8');
  assert.deepEqual(Buffer.from(exchange.initialResponse ?? ''), expected);
});

for (const bad of ['a\0b', 'a\rb', 'a\nb', 'a\x01b', 'a\x7fb', '', '\ud800x']) {
  test(`PLAIN refuses ${JSON.stringify(bad)} as user or password, before anything is sent`, () => {
    const refusal = failing('POP3_COMMAND_INVALID', 'account', /PLAIN/);
    assert.throws(() => startPlain(bad, new Secret('password')), refusal);
    assert.throws(() => startPlain('alice', new Secret(bad)), refusal);
  });
}

test('PLAIN has nothing to say to a challenge', () => {
  const exchange = startPlain('tim', new Secret('tanstaaftanstaaf'));
  assert.throws(() => exchange.respond(Buffer.from('more?')), failing('POP3_PROTOCOL', 'session'));
});
