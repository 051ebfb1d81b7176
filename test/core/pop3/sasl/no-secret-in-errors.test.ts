// Whatever a server says, no mechanism puts the secret, or its base64, into an error.

import * as fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { nodeSaslTools } from '../../../../lib/adapters/node-sasl-tools.ts';
import { LOGIN_METHODS } from '../../../../lib/core/account.ts';
import type { Credential } from '../../../../lib/core/credential.ts';
import { startExchange } from '../../../../lib/core/pop3/sasl/start-exchange.ts';
import type { SaslMethod } from '../../../../lib/core/pop3/sasl/start-exchange.ts';
import { Secret } from '../../../../lib/core/secret.ts';

const METHODS = LOGIN_METHODS.filter(
  (method): method is SaslMethod => method !== 'USER' && method !== 'APOP',
);
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
/** Deriving keys is not what this is about, and is slow. */
const TOOLS = { ...nodeSaslTools, pbkdf2: () => new Uint8Array(32) };

/** Long enough not to be in our own words by chance. */
const secrets = fc.oneof(
  fc.string({ minLength: 10, maxLength: 40, unit: 'binary' }).map((text) => `${text}#9`),
  fc.integer({ min: 100_000_000 }).map(String),
);

/** Challenges that repeat the secret wherever a server can put something. */
function challenges(secret: string): fc.Arbitrary<string> {
  const base64 = Buffer.from(secret).toString('base64');
  const piece = fc.oneof(fc.constantFrom(secret, base64, '', '4096', NONCE, 'QSXCR+Q6sek8bf92'), fc.string());
  return fc.oneof(
    piece,
    piece.map((value) => JSON.stringify({ status: value, scope: secret })),
    piece.map((value) => `e=${value}`),
    piece.map((value) => `v=${value}`),
    piece.map((value) => `m=${value}`),
    fc.tuple(piece, piece, piece).map(([r, s, i]) => `r=${r},s=${s},i=${i}`),
    fc.tuple(piece, piece).map(([s, i]) => `r=${NONCE}x,s=${s},i=${i}`),
    piece.map((value) => `r=${NONCE}${value},s=QSXCR+Q6sek8bf92,i=4096`),
  );
}

function collectErrors(method: SaslMethod, secret: string, said: readonly string[]): unknown[] {
  const isToken = method === 'XOAUTH2' || method === 'OAUTHBEARER';
  const credential: Credential = isToken
    ? { kind: 'access-token', token: new Secret(secret) }
    : { kind: 'password', password: new Secret(secret) };
  const errors: unknown[] = [];
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      errors.push(error);
      return undefined;
    }
  };
  const channelBinding = { type: 'tls-unique', data: new Uint8Array(12) } as const;
  const server = { host: 'pop.example.com', port: 995, nonce: NONCE };
  const login = { user: 'alice', credential, ...server, channelBinding, tellsOfBinding: false, tools: TOOLS };
  const exchange = attempt(() => startExchange(method, login));
  if (!exchange) return errors;
  for (const challenge of said) {
    attempt(() => exchange.respond(Buffer.from(challenge)));
    attempt(() => exchange.finish());
  }
  if (exchange.tokenRefusal) errors.push(exchange.tokenRefusal);
  return errors;
}

for (const method of METHODS) {
  test(`${method} never shows the secret or its base64 in an error, whatever it is challenged with`, () => {
    let seen = 0;
    const cases = secrets.chain((secret) =>
      fc.tuple(fc.constant(secret), fc.array(challenges(secret), { minLength: 1, maxLength: 4 })),
    );
    fc.assert(
      fc.property(cases, ([secret, said]) => {
        const printable = secret.replaceAll(/[^\x21-\x7e]/g, '~');
        for (const used of [secret, printable]) {
          const errors = collectErrors(
            method,
            used,
            said.map((text) => text.replaceAll(secret, used)),
          );
          seen += errors.length;
          const shown = errors.map((error) => `${inspect(error)} ${JSON.stringify(error)}`).join('\n');
          assert.ok(!shown.includes(used));
          assert.ok(!shown.includes(Buffer.from(used).toString('base64')));
        }
      }),
      { numRuns: 200 },
    );
    assert.ok(seen > 100, `only ${seen} errors were looked at`);
  });
}
