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
