// SCRAM with a server that plays by the rules: the published exchanges, a real one, and one of our own for the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSaslTools } from '../../../../lib/adapters/node-sasl-tools.ts';
import type { ChannelBinding } from '../../../../lib/core/pop3/sasl/sasl-exchange.ts';
import { isPreparable, ScramExchange } from '../../../../lib/core/pop3/sasl/scram.ts';
import type { ScramLogin } from '../../../../lib/core/pop3/sasl/scram.ts';
import { Secret } from '../../../../lib/core/secret.ts';
import { failing } from './failing.ts';
import { HONEST, serverFinal, serverFirst } from './scram-server.ts';

function start(login: Partial<Omit<ScramLogin, 'password'>> & { password?: string } = {}): ScramExchange {
  return new ScramExchange({
    hash: 'sha256',
    user: 'user',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    binding: 'none',
    tools: nodeSaslTools,
    ...login,
    password: new Secret(login.password ?? 'pencil'),
  });
}

function text(octets: Uint8Array): string {
  return Buffer.from(octets).toString('utf8');
}

const PUBLISHED = [
  {
    name: 'the example of RFC 5802 section 5',
    login: { hash: 'sha1', nonce: 'fyko+d2lbbFgONRv9qkxdawL' },
    first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    name: 'the example of RFC 7677 section 3',
    login: { nonce: 'rOprNGfwEbeRWgbNEkqO' },
    first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    final:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    name: 'a login to Dovecot, whose nonce has quotes, = and a backslash',
    login: { user: 'alice', password: 's3cret pass', nonce: 'ACNacOAVj8B7d2whNz2gMj3W' },
    first: 'n,,n=alice,r=ACNacOAVj8B7d2whNz2gMj3W',
    serverFirst:
      "r=ACNacOAVj8B7d2whNz2gMj3WR;yI-c1'2%Lo5P]$kGVPOy%!)9R!Q.7GgIL`k'[@r-@@EeHSj=PH~IxQ\\&'y^8s9,s=pK56gLu/wWR7jsKguzHX5Q==,i=4096",
    final:
      "c=biws,r=ACNacOAVj8B7d2whNz2gMj3WR;yI-c1'2%Lo5P]$kGVPOy%!)9R!Q.7GgIL`k'[@r-@@EeHSj=PH~IxQ\\&'y^8s9,p=vSy9hXjp/lrceSIRZVTx9AsKbqhMOfNgHqCpjKQxTbo=",
    serverFinal: 'v=Pi9HvUd9oKz/iiWsuJgFXwNPUUpdQukbgG1g1NhMvso=',
  },
  {
    name: 'a login to Dovecot, whose nonce has a quote that nothing closes',
    login: { hash: 'sha1', user: 'alice', password: 's3cret pass', nonce: '428xNfldAbWux5Xoh2JSM6Qj' },
    first: 'n,,n=alice,r=428xNfldAbWux5Xoh2JSM6Qj',
    serverFirst: Buffer.from(
      'cj00Mjh4TmZsZEFiV3V4NVhvaDJKU002UWo5WT01QCpWRlEkRS1DTSpYQnEiZi1JfU8id1xbPkR1XFZMPltDNDFOInVeRFY2MUBIY05NR0RaNG5OLjpxIy8tLHM9cnphK1Q2cGVLc3RuYkNFY2lwZ0ZFdz09LGk9NDA5Ng==',
      'base64',
    ).toString(),
    final: Buffer.from(
      'Yz1iaXdzLHI9NDI4eE5mbGRBYld1eDVYb2gySlNNNlFqOVk9NUAqVkZRJEUtQ00qWEJxImYtSX1PIndcWz5EdVxWTD5bQzQxTiJ1XkRWNjFASGNOTUdEWjRuTi46cSMvLSxwPU00WElpTVpWblFVbGtGcEF4YkxYY1VBWkdTUT0=',
      'base64',
    ).toString(),
    serverFinal: 'v=wo4f+qZb8Au6AmH1GfL2ejXUAls=',
  },
] as const;

for (const example of PUBLISHED) {
  test(`SCRAM says and takes what ${example.name} has`, () => {
    const exchange = start(example.login);
    assert.equal(text(exchange.initialResponse), example.first);
    assert.equal(exchange.isSecretSpent, false);
    assert.equal(text(exchange.respond(Buffer.from(example.serverFirst))), example.final);
    assert.equal(exchange.isSecretSpent, true);
    assert.deepEqual(exchange.respond(Buffer.from(example.serverFinal)), new Uint8Array(0));
    exchange.finish();
  });
}

for (const [binding, header] of [
  ['none', 'n,,'],
  ['supported', 'y,,'],
] as const) {
  test(`SCRAM with channel binding "${binding}" begins with ${header} and says it again in the proof`, () => {
    const exchange = start({ binding });
    assert.equal(exchange.mechanism, 'SCRAM-SHA-256');
    assert.ok(text(exchange.initialResponse).startsWith(header));
    const final = text(exchange.respond(Buffer.from(serverFirst(exchange.initialResponse, HONEST))));
    assert.equal(final.split(',')[0], `c=${Buffer.from(header).toString('base64')}`);
  });
}

const DATA = Buffer.from([0, 1, 2, 250, 251, 252]);

for (const type of ['tls-unique', 'tls-exporter', 'tls-server-end-point'] as const) {
  test(`SCRAM-PLUS over ${type} is taken by a server on the same channel and by no other`, () => {
    const binding: ChannelBinding = { type, data: DATA };
    const exchange = start({ hash: 'sha1', binding });
    assert.equal(exchange.mechanism, 'SCRAM-SHA-1-PLUS');
    const clientFirst = exchange.initialResponse;
    assert.ok(text(clientFirst).startsWith(`p=${type},,n=user,r=`));
    const server = { ...HONEST, hash: 'sha1', channel: DATA } as const;
    const first = serverFirst(clientFirst, server);
    const clientFinal = exchange.respond(Buffer.from(first));
    assert.equal(
      serverFinal(clientFirst, first, clientFinal, { ...server, channel: Buffer.from([1]) }),
      undefined,
    );
    const last = serverFinal(clientFirst, first, clientFinal, server);
    assert.ok(last);
    exchange.respond(Buffer.from(last));
    exchange.finish();
  });
}

test('SCRAM escapes = and , in the user name', () => {
  assert.equal(
    text(start({ user: 'a=b,c=2C' }).initialResponse),
    'n,,n=a=3Db=2Cc=3D2C,r=rOprNGfwEbeRWgbNEkqO',
  );
});

test('SCRAM prepares user name and password by SASLprep (RFC 4013 section 3)', () => {
  const exchange = start({ user: 'I\u00adX', password: '\u2168 p\u00e4\u0308\u00a0' });
  assert.equal(text(exchange.initialResponse), 'n,,n=IX,r=rOprNGfwEbeRWgbNEkqO');
  const first = serverFirst(exchange.initialResponse, HONEST);
  const clientFinal = exchange.respond(Buffer.from(first));
  const server = { ...HONEST, password: 'IX p\u00e4\u0308 ' };
  assert.ok(serverFinal(exchange.initialResponse, first, clientFinal, server));
});

for (const [user, password, why] of [
  ['alice', 'pass\u{1f600}word', 'a code point that Unicode 3.2 did not know'],
  ['alice', 'a\u0007b', 'a control character'],
  ['alice', '\u00ad', 'nothing left of the password'],
  ['\u0627\u0031', 'pencil', 'a direction that changes'],
] as const) {
  test(`SCRAM is refused by name for ${why}`, () => {
    assert.throws(
      () => start({ user, password }),
      failing('POP3_COMMAND_INVALID', 'account', /SCRAM-SHA-256/),
    );
  });
}

test('whether SCRAM has a form of user name and password can be asked beforehand', () => {
  assert.equal(isPreparable(nodeSaslTools, 'impört', new Secret('päss')), true);
  assert.equal(isPreparable(nodeSaslTools, 'alice', new Secret('pass\u{1f600}word')), false);
  assert.equal(isPreparable(nodeSaslTools, '\u0627\u0031', new Secret('pass')), false);
});

for (const nonce of ['short', 'with,comma,and,length', 'with space and length', '']) {
  test(`SCRAM takes no nonce like "${nonce}" from its caller`, () => {
    assert.throws(() => start({ nonce }), failing('POP3_COMMAND_INVALID', 'account', /nonce/));
  });
}
