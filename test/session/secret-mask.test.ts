// A secret must not be seen, whatever a server makes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../lib/core/secret.ts';
import { SecretMask } from '../../lib/session/secret-mask.ts';

const PASSWORD = 'pass wörd!';

function masked(text: string): string {
  const mask = new SecretMask();
  mask.add(new Secret(PASSWORD));
  mask.addLine('AGFubgBzZWNyZXQ=');
  return mask.hide(text);
}

test('a secret is hidden as it is, as its octets look, and in base64 with and without its end', () => {
  const octets = Buffer.from(PASSWORD).toString('latin1');
  const base64 = Buffer.from(PASSWORD).toString('base64');
  for (const form of [PASSWORD, octets, base64, base64.replace(/=+$/, ''), 'AGFubgBzZWNyZXQ=']) {
    const shown = masked(`-ERR no such thing as ${form} here`);
    assert.match(shown, /^-ERR no such thing as \*\*\*=* here$/);
  }
});

test('so much as its start tells of it', () => {
  const mask = new SecretMask();
  mask.add(new Secret('s3cret'));
  assert.ok(mask.isTold('unknown: S3CR...'));
  assert.equal(mask.isTold('wrong secret'), false);
  assert.equal(new SecretMask().isTold('anything'), false);
});

test('what is cut short or put into capitals is hidden up to the next blank, and what is behind stays', () => {
  assert.equal(masked('-ERR no "PASS PASS WÖR... here'), '-ERR no "*** here');
  assert.equal(masked('-ERR AGFubg... is no base64'), '-ERR *** is no base64');
  assert.equal(masked('+OK AGF'), '+OK AGF');
});

test('base64 is known wherever in other octets the secret stands', () => {
  for (const before of ['', 'a', 'ab', '\0ann\0']) {
    const blob = Buffer.from(`${before}${PASSWORD}!!`).toString('base64');
    assert.match(masked(`-ERR ${blob} here`), /^-ERR .{0,8}\*\*\* here$/);
  }
});

test('what everybody sends in SASL is no secret', () => {
  const mask = new SecretMask();
  mask.addLine('*');
  mask.addLine('AQ==');
  assert.equal(mask.hide('1 AQ * 2'), '1 AQ * 2');
});
