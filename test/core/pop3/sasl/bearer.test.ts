// XOAUTH2 and OAUTHBEARER: the messages as published, and what a refused token is answered with.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOauthBearer, startXoauth2 } from '../../../../lib/core/pop3/sasl/bearer.ts';
import type { SaslExchange } from '../../../../lib/core/pop3/sasl/sasl-exchange.ts';
import { isMendedByNewToken } from '../../../../lib/core/pop3/sasl/token-refusal.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';

const SERVER = { host: 'server.example.com', port: 143 };
const TOKEN = new Secret('vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==');

const MECHANISMS: readonly [
  name: string,
  start: (user: string, token: Secret) => SaslExchange,
  answer: string,
][] = [
  ['XOAUTH2', startXoauth2, ''],
  ['OAUTHBEARER', (user, token) => startOauthBearer(user, token, SERVER), '\x01'],
];

function said(exchange: SaslExchange): string {
  return Buffer.from(exchange.initialResponse ?? '').toString('utf8');
}

test('OAUTHBEARER says what the example in RFC 7628 section 4.1 says', () => {
  const exchange = startOauthBearer('user@example.com', TOKEN, SERVER);
  assert.equal(
    Buffer.from(exchange.initialResponse ?? '').toString('base64'),
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI' +
      'HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
  );
});

test('XOAUTH2 says user and token, each ended by ^A and both by another', () => {
  const exchange = startXoauth2(
    'someuser@example.com',
    new Secret('ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg'),
  );
  assert.equal(
    Buffer.from(exchange.initialResponse ?? '').toString('base64'),
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
  );
});

test('OAUTHBEARER escapes = and , in the user name, XOAUTH2 does not', () => {
  assert.ok(said(startOauthBearer('a=b,c', TOKEN, SERVER)).startsWith('n,a=a=3Db=2Cc,\x01host='));
  assert.ok(said(startXoauth2('a=b,c', TOKEN)).startsWith('user=a=b,c\x01auth=Bearer '));
});

for (const [name, start, answer] of MECHANISMS) {
  test(`${name} refuses ^A, NUL and line ends in user and token, and spaces in a token`, () => {
    const refusal = failing('POP3_COMMAND_INVALID', 'account', new RegExp(name));
    for (const bad of ['a\x01b', 'a\0b', 'a\r\nb', '']) {
      assert.throws(() => start(bad, TOKEN), refusal);
      assert.throws(() => start('alice', new Secret(bad)), refusal);
    }
    assert.throws(() => start('alice', new Secret('Bearer abc')), refusal);
  });

  test(`${name} answers the challenge that refuses the token with ${JSON.stringify(answer)}, once`, () => {
    const exchange = start('alice', TOKEN);
    assert.equal(exchange.tokenRefusal, undefined);
    exchange.finish();
    const response = exchange.respond(Buffer.from('{"status":"401","schemes":"bearer","scope":"mail"}'));
    assert.equal(Buffer.from(response).toString('latin1'), answer);
    assert.deepEqual(exchange.tokenRefusal, { status: '401' });
    const outOfStep = failing('POP3_PROTOCOL', 'session', new RegExp(name));
    assert.throws(() => exchange.respond(new Uint8Array(0)), outOfStep);
    assert.throws(() => exchange.finish(), outOfStep);
  });
}

const REFUSALS: readonly [challenge: string, status: string, isMended: boolean][] = [
  ['{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}', '400', true],
  ['{"status":401}', '401', true],
  ['{"status":"invalid_token"}', 'invalid_token', true],
  ['{"status":"insufficient_scope"}', 'insufficient_scope', false],
  ['{"status":"403"}', '403', false],
  ['{"status":"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="}', 'unknown', false],
  ['{"status":{"toString":1}}', 'unknown', false],
  ['{}', 'unknown', false],
  ['null', 'unknown', false],
  ['[1', 'unknown', false],
  ['', 'unknown', false],
];

for (const [challenge, status, isMended] of REFUSALS) {
  test(`a token refused with ${challenge || 'nothing'} has the status ${status}: ${isMended ? 'a new one may help' : 'a new one does not help'}`, () => {
    const exchange = startXoauth2('alice', TOKEN);
    exchange.respond(Buffer.from(challenge));
    assert.deepEqual(exchange.tokenRefusal, { status });
    assert.equal(isMendedByNewToken({ status }), isMended);
  });
}
