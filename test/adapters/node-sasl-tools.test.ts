// The computing under the logins, against published values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSaslTools } from '../../lib/adapters/node-sasl-tools.ts';

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

test('the hashes are those of "abc" in RFC 1321 and FIPS 180', () => {
  const abc = Buffer.from('abc');
  assert.equal(hex(nodeSaslTools.hash('md5', abc)), '900150983cd24fb0d6963f7d28e17f72');
  assert.equal(hex(nodeSaslTools.hash('sha1', abc)), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  assert.equal(
    hex(nodeSaslTools.hash('sha256', abc)),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('HMAC and PBKDF2 give the values of RFC 2202 and RFC 6070', () => {
  const jefe = nodeSaslTools.hmac('md5', Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'));
  assert.equal(hex(jefe), '750c783e6ab0b503eaa86e310a5db738');
  const derived = nodeSaslTools.pbkdf2('sha1', Buffer.from('password'), Buffer.from('salt'), 4096);
  assert.equal(hex(derived), '4b007901b765489abead49d926f721d065a429c1');
});

const PREPARED: readonly [text: string, prepared: string | undefined][] = [
  ['I\u00adX', 'IX'],
  ['user', 'user'],
  ['USER', 'USER'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['\u0007', undefined],
  ['\u0627\u0031', undefined],
  ['', ''],
];

for (const [text, prepared] of PREPARED) {
  test(`SASLprep makes ${JSON.stringify(text)} ${JSON.stringify(prepared) ?? 'nothing'} (RFC 4013 section 3)`, () => {
    assert.equal(nodeSaslTools.saslprep(text, 'stored'), prepared);
  });
}

test('code points that Unicode 3.2 did not know pass in a query and not in what is stored', () => {
  assert.equal(nodeSaslTools.saslprep('\u{1f600}', 'query'), '\u{1f600}');
  assert.equal(nodeSaslTools.saslprep('\u{1f600}', 'stored'), undefined);
});
