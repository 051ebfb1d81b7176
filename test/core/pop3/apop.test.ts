// APOP: the digest of RFC 1939, over nothing but a strict msg-id.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSaslTools } from '../../../lib/adapters/node-sasl-tools.ts';
import { apopDigest, parseApopTimestamp } from '../../../lib/core/pop3/apop.ts';
import { Secret } from '../../../lib/core/secret.ts';
import { failing } from './sasl/failing.ts';

test('the digest is that of the example in RFC 1939 section 7, and one that Dovecot took', () => {
  const digest = (timestamp: string, password: string) =>
    apopDigest(timestamp, new Secret(password), nodeSaslTools);
  assert.equal(digest('<1896.697170952@dbc.mtview.ca.us>', 'tanstaaf'), 'c4c9334bac560ecc979e58001b3e22fb');
  assert.equal(
    digest('<7876.a.6b03eeb7.nq9TJekT3btdueLtc285mw==@vm>', 's3cret pass'),
    '8680e9f27b9dcda5781a0b8a3b21f16e',
  );
});

const GREETINGS: readonly [greeting: string, timestamp: string | undefined][] = [
  ['+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>', '<1896.697170952@dbc.mtview.ca.us>'],
  ['+OK <d87.2.6b03e65c.f9k6unlCCYwrg0rJwWNwtA==@vm> ready', '<d87.2.6b03e65c.f9k6unlCCYwrg0rJwWNwtA==@vm>'],
  [
    '+OK Dovecot ready. <7876.f.6b03eeb8.hC9K5i0gX6/XUibAiWez+tQ==@vm>',
    '<7876.f.6b03eeb8.hC9K5i0gX6/XUibAiWez+tQ==@vm>',
  ],
  ['+OK <http://example.com> <1.2@[192.0.2.1]>', '<1.2@[192.0.2.1]>'],
  ['+OK', undefined],
  ['+OK ready <no at sign>', undefined],
  ['+OK ready <@vm>', undefined],
  ['+OK ready <1.2@>', undefined],
  ['+OK ready <1.2@vm', undefined],
  ['+OK ready <1..2@vm>', undefined],
  ['+OK ready <1 2@vm>', undefined],
  ['+OK ready <1@2@vm>', undefined],
  ['+OK ready <1.2\x80@vm>', undefined],
  ['+OK ready <1.2\x00@vm>', undefined],
  ['+OK ready <1.2@v\xe4m>', undefined],
  [`+OK ready <${'a'.repeat(300)}@vm>`, undefined],
];

for (const [greeting, timestamp] of GREETINGS) {
  test(`the timestamp of ${JSON.stringify(greeting).slice(0, 80)} is ${timestamp ?? 'none'}`, () => {
    assert.equal(parseApopTimestamp(Buffer.from(greeting, 'latin1')), timestamp);
  });
}

test('APOP refuses control characters in the password', () => {
  assert.throws(
    () => apopDigest('<1.2@vm>', new Secret('a\0b'), nodeSaslTools),
    failing('POP3_COMMAND_INVALID', 'account', /APOP/),
  );
});
