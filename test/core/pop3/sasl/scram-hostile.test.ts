// SCRAM with a server that does not play by the rules: nothing it says may count as its proof, or cheapen ours.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSaslTools } from '../../../../lib/adapters/node-sasl-tools.ts';
import { ScramExchange } from '../../../../lib/core/pop3/sasl/scram.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';
import { HONEST, serverFinal, serverFirst } from './scram-server.ts';

const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const outOfStep = failing('POP3_PROTOCOL', 'session', /^SCRAM-SHA-256: /);
const unproven = failing('POP3_PROTOCOL', 'account', /^SCRAM-SHA-256: /);

function start(): ScramExchange {
  const password = new Secret('pencil');
  return new ScramExchange({
    hash: 'sha256',
    user: 'user',
    password,
    nonce: NONCE,
    binding: 'none',
    tools: nodeSaslTools,
  });
}

/** An exchange that waits for the server's last message, and what an honest server would say. */
function startedAndProven(): { exchange: ScramExchange; last: string } {
  const exchange = start();
  const first = serverFirst(exchange.initialResponse, HONEST);
  const clientFinal = exchange.respond(Buffer.from(first));
  const last = serverFinal(exchange.initialResponse, first, clientFinal, HONEST);
  assert.ok(last);
  return { exchange, last };
}

for (const [what, nonce] of [
  ['is only ours', NONCE],
  ['is not ours', 'Xx0prNGfwEbeRWgbNEkqOserver'],
  ['has ours at its end', `server${NONCE}`],
  ['is ours but for its last character', NONCE.slice(0, -1)],
] as const) {
  test(`a nonce of the server that ${what} ends the login before anything is proven`, () => {
    const exchange = start();
    assert.throws(() => exchange.respond(Buffer.from(`r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`)), unproven);
    assert.equal(exchange.isSecretSpent, false);
  });
}

for (const [iterations, verdict] of [
  ['1', 'too few'],
  ['4095', 'too few'],
  ['1000001', 'too many'],
  ['4294967296', 'too many'],
] as const) {
  test(`${iterations} iterations are ${verdict}, and are not computed`, () => {
    const exchange = start();
    const message = new RegExp(`${verdict} iterations; 4096 to 1000000 are allowed`);
    assert.throws(
      () => exchange.respond(Buffer.from(`r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=${iterations}`)),
      failing('POP3_PROTOCOL', 'account', message),
    );
    assert.equal(exchange.isSecretSpent, false);
  });
}

test('4096 and 1000000 iterations are allowed', () => {
  const tools = { ...nodeSaslTools, pbkdf2: () => new Uint8Array(32) };
  for (const iterations of [4096, 1_000_000]) {
    const password = new Secret('pencil');
    const exchange = new ScramExchange({
      hash: 'sha256',
      user: 'user',
      password,
      nonce: NONCE,
      binding: 'none',
      tools,
    });
    exchange.respond(Buffer.from(`r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=${iterations}`));
    assert.equal(exchange.isSecretSpent, true);
  }
});

for (const first of [
  '',
  'e=other-error',
  `m=ext,r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=4096`,
  `s=QSXCR+Q6sek8bf92,r=${NONCE}x,i=4096`,
  `r=${NONCE}x,i=4096,s=QSXCR+Q6sek8bf92`,
  `r=${NONCE}x,s=,i=4096`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf9,i=4096`,
  `r=${NONCE}x,s=QSXC R+Q,i=4096`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf92`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=-4096`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=0x1000`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=4096.5`,
  `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=04096`,
  `r=${NONCE}\nx,s=QSXCR+Q6sek8bf92,i=4096`,
  `r=${NONCE}ä,s=QSXCR+Q6sek8bf92,i=4096`,
]) {
  test(`the first message "${JSON.stringify(first).slice(1, -1)}" is out of step`, () => {
    const exchange = start();
    assert.throws(() => exchange.respond(Buffer.from(first)), outOfStep);
    assert.equal(exchange.isSecretSpent, false);
  });
}

test('extensions behind the iterations and behind the signature are passed over, and are part of what is proven', () => {
  const exchange = start();
  const first = `${serverFirst(exchange.initialResponse, HONEST)},x=future`;
  const clientFinal = exchange.respond(Buffer.from(first));
  const last = serverFinal(exchange.initialResponse, first, clientFinal, HONEST);
  assert.ok(last);
  exchange.respond(Buffer.from(`${last},y=1`));
  exchange.finish();
});

test('a wrong signature of the server ends the login, also one with a single bit changed or one octet less', () => {
  const { last } = startedAndProven();
  const signature = Buffer.from(last.slice(2), 'base64');
  const oneBit = Buffer.from(signature);
  oneBit[31] = (oneBit[31] ?? 0) ^ 1;
  for (const wrong of [
    Buffer.alloc(32),
    oneBit,
    signature.subarray(0, 31),
    Buffer.concat([signature, signature]),
  ]) {
    const { exchange } = startedAndProven();
    assert.throws(() => exchange.respond(Buffer.from(`v=${wrong.toString('base64')}`)), unproven);
    assert.throws(() => exchange.finish(), unproven);
  }
});

for (const last of ['', 'v=', 'v=not base64', 'x=1', 'V=abcd', 'ok']) {
  test(`the last message "${last}" is out of step`, () => {
    const { exchange } = startedAndProven();
    assert.throws(() => exchange.respond(Buffer.from(last)), outOfStep);
    assert.throws(() => exchange.finish(), unproven);
  });
}

test('+OK is no success before the server has proven itself', () => {
  const exchange = start();
  assert.throws(() => exchange.finish(), unproven);
  exchange.respond(Buffer.from(serverFirst(exchange.initialResponse, HONEST)));
  assert.throws(() => exchange.finish(), unproven);
});

test('nothing is answered to a challenge behind the last message', () => {
  const { exchange, last } = startedAndProven();
  exchange.respond(Buffer.from(last));
  assert.throws(() => exchange.respond(Buffer.from(last)), outOfStep);
});

for (const error of ['invalid-proof', 'unknown-user']) {
  test(`the server error ${error} is a refused password`, () => {
    const { exchange } = startedAndProven();
    const refused = failing('POP3_AUTH_FAILED', 'account', new RegExp(error));
    assert.throws(() => exchange.respond(Buffer.from(`e=${error}`)), refused);
  });
}

test('another server error is named if RFC 5802 names it, and not repeated otherwise', () => {
  const [known, unknown] = [startedAndProven().exchange, startedAndProven().exchange];
  const shown = failing('POP3_PROTOCOL', 'session', /with: channel-bindings-dont-match$/);
  assert.throws(() => known.respond(Buffer.from('e=channel-bindings-dont-match')), shown);
  const hidden = failing('POP3_PROTOCOL', 'session', /with: an unknown error$/);
  assert.throws(() => unknown.respond(Buffer.from('e=pencil')), hidden);
});
