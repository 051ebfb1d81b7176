// CRAM-MD5: the digest of RFC 2195, once, and of a challenge that is one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSaslTools } from '../../../../lib/adapters/node-sasl-tools.ts';
import { startCramMd5 } from '../../../../lib/core/pop3/sasl/cram-md5.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';

const CHALLENGE = Buffer.from('<1896.697170952@postoffice.reston.mci.net>');
const outOfStep = failing('POP3_PROTOCOL', 'session', /CRAM-MD5/);

function start(user = 'tim', password = 'tanstaaftanstaaf') {
  return startCramMd5(user, new Secret(password), nodeSaslTools);
}

test('CRAM-MD5 gives the digest of the example in RFC 2195 section 2', () => {
  const exchange = start();
  assert.equal(exchange.initialResponse, undefined);
  assert.equal(exchange.isSecretSpent, false);
  const answer = Buffer.from(exchange.respond(CHALLENGE)).toString();
  assert.equal(answer, 'tim b913a602c7eda7a495b4e6e7334d3890');
  assert.equal(exchange.isSecretSpent, true);
  exchange.finish();
});

test('CRAM-MD5 gives the digest that Dovecot took', () => {
  const answer = start('alice', 's3cret pass').respond(Buffer.from('<4139059442715739.1795419832@vm>'));
  assert.equal(Buffer.from(answer).toString(), 'alice 5971c5e3a4a91523485a8f62e2d2ab11');
});

test('CRAM-MD5 answers one challenge, and none that is empty', () => {
  const exchange = start();
  assert.throws(() => exchange.respond(new Uint8Array(0)), outOfStep);
  assert.throws(() => exchange.finish(), outOfStep);
  exchange.respond(CHALLENGE);
  assert.throws(() => exchange.respond(CHALLENGE), outOfStep);
});

test('CRAM-MD5 refuses control characters in the user name and the password', () => {
  const refusal = failing('POP3_COMMAND_INVALID', 'account', /CRAM-MD5/);
  assert.throws(() => start('t\nim'), refusal);
  assert.throws(() => start('tim', 'a\0b'), refusal);
});
