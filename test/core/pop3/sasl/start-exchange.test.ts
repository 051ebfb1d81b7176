// Each method of AUTH has its exchange, and takes only the credential that goes with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSaslTools } from '../../../../lib/adapters/node-sasl-tools.ts';
import type { Credential } from '../../../../lib/core/credential.ts';
import type { ChannelBinding } from '../../../../lib/core/pop3/sasl/sasl-exchange.ts';
import { startExchange } from '../../../../lib/core/pop3/sasl/start-exchange.ts';
import type { SaslLogin, SaslMethod } from '../../../../lib/core/pop3/sasl/start-exchange.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';

const PASSWORD: Credential = { kind: 'password', password: new Secret('s3cret pass') };
const TOKEN: Credential = { kind: 'access-token', token: new Secret('abc.def') };
const BINDING: ChannelBinding = { type: 'tls-exporter', data: new Uint8Array(32) };

function login(credential: Credential, more: Partial<SaslLogin> = {}): SaslLogin {
  const server = { user: 'alice', host: 'pop.example.com', port: 995, nonce: 'rOprNGfwEbeRWgbNEkqO' };
  return {
    ...server,
    credential,
    channelBinding: BINDING,
    tellsOfBinding: false,
    tools: nodeSaslTools,
    ...more,
  };
}

const STARTS: readonly [method: SaslMethod, credential: Credential, first: string | undefined][] = [
  ['PLAIN', PASSWORD, '\0alice\0s3cret pass'],
  ['LOGIN', PASSWORD, undefined],
  ['CRAM-MD5', PASSWORD, undefined],
  ['SCRAM-SHA-1', PASSWORD, 'n,,n=alice,r=rOprNGfwEbeRWgbNEkqO'],
  ['SCRAM-SHA-256', PASSWORD, 'n,,n=alice,r=rOprNGfwEbeRWgbNEkqO'],
  ['SCRAM-SHA-1-PLUS', PASSWORD, 'p=tls-exporter,,n=alice,r=rOprNGfwEbeRWgbNEkqO'],
  ['SCRAM-SHA-256-PLUS', PASSWORD, 'p=tls-exporter,,n=alice,r=rOprNGfwEbeRWgbNEkqO'],
  ['XOAUTH2', TOKEN, 'user=alice\x01auth=Bearer abc.def\x01\x01'],
  ['OAUTHBEARER', TOKEN, 'n,a=alice,\x01host=pop.example.com\x01port=995\x01auth=Bearer abc.def\x01\x01'],
];

for (const [method, credential, first] of STARTS) {
  test(`${method} starts with ${JSON.stringify(first) ?? 'the word of the server'}`, () => {
    const exchange = startExchange(method, login(credential));
    assert.equal(exchange.mechanism, method);
    assert.equal(exchange.initialResponse && Buffer.from(exchange.initialResponse).toString(), first);
  });

  test(`${method} takes no ${credential.kind === 'password' ? 'access token' : 'password'}`, () => {
    const other = credential.kind === 'password' ? TOKEN : PASSWORD;
    assert.throws(() => startExchange(method, login(other)), failing('POP3_COMMAND_INVALID', 'account'));
  });
}

test('SCRAM without -PLUS tells that we could bind where it is to', () => {
  const exchange = startExchange('SCRAM-SHA-256', login(PASSWORD, { tellsOfBinding: true }));
  assert.match(Buffer.from(exchange.initialResponse ?? '').toString(), /^y,,/);
});

test('a -PLUS form without a channel to bind to is refused before anything is sent', () => {
  const unbound = login(PASSWORD, { channelBinding: undefined });
  assert.throws(
    () => startExchange('SCRAM-SHA-256-PLUS', unbound),
    failing('POP3_COMMAND_INVALID', 'account'),
  );
});
