// LOGIN: user name, then password, whatever the prompts say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLogin } from '../../../../lib/core/pop3/sasl/login.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';

for (const prompts of [
  ['Username:', 'Password:'],
  ['', ''],
  ['Password:', 'User Name\0'],
] as const) {
  test(`LOGIN answers ${JSON.stringify(prompts)} with the user name and then the password`, () => {
    const exchange = startLogin('alice', new Secret('s3cret pass'));
    assert.equal(exchange.initialResponse, undefined);
    const answers = prompts.map((prompt) => {
      assert.equal(exchange.isSecretSpent, false);
      return Buffer.from(exchange.respond(Buffer.from(prompt))).toString();
    });
    assert.deepEqual(answers, ['alice', 's3cret pass']);
    assert.equal(exchange.isSecretSpent, true);
    exchange.finish();
  });
}

test('LOGIN takes no +OK before the password was asked for, and no third prompt', () => {
  const exchange = startLogin('alice', new Secret('s3cret pass'));
  const outOfStep = failing('POP3_PROTOCOL', 'session', /LOGIN/);
  assert.throws(() => exchange.finish(), outOfStep);
  exchange.respond(Buffer.from('Username:'));
  assert.throws(() => exchange.finish(), outOfStep);
  exchange.respond(Buffer.from('Password:'));
  assert.throws(() => exchange.respond(Buffer.from('PIN:')), outOfStep);
});

test('LOGIN refuses control characters, though base64 would hide them', () => {
  const refusal = failing('POP3_COMMAND_INVALID', 'account', /LOGIN/);
  assert.throws(() => startLogin('a\r\nb', new Secret('password')), refusal);
  assert.throws(() => startLogin('alice', new Secret('a\0b')), refusal);
});
