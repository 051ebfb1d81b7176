// The way to log in: strongest first over TLS, and without TLS nothing in clear text that nobody allowed.

import * as fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOGIN_METHODS } from '../../../lib/core/account.ts';
import type { LoginMethod } from '../../../lib/core/account.ts';
import { parseCapabilities } from '../../../lib/core/pop3/capabilities.ts';
import type { Capabilities } from '../../../lib/core/pop3/capabilities.ts';
import { chooseLogin } from '../../../lib/core/pop3/choose-login.ts';
import type { LoginSituation } from '../../../lib/core/pop3/choose-login.ts';
import { noLoginError } from '../../../lib/core/pop3/no-login.ts';
import { failing } from './sasl/failing.ts';

const SITUATION: LoginSituation = {
  credential: 'password',
  capabilities: undefined,
  apopTimestamp: undefined,
  isProtected: true,
  allowsClearText: false,
  wanted: undefined,
  canBindChannel: true,
  isAscii: true,
  isPreparable: true,
};
const CLEAR = { isProtected: false, allowsClearText: true } as const;
const TOKEN = { credential: 'access-token' } as const;

function capa(...rows: string[]): Capabilities {
  return parseCapabilities(rows.map((row) => Buffer.from(row)));
}

const DOVECOT = capa(
  'USER',
  'SASL PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER',
);
const CYRUS = capa(
  'SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1-PLUS SCRAM-SHA-1 SCRAM-SHA-256-PLUS SCRAM-SHA-256',
  'USER',
);
const COURIER = capa('SASL LOGIN PLAIN CRAM-MD5', 'USER');
const TWISTED = capa('USER', 'SASL CRAM-MD5');
const BARE_SASL = capa('TOP', 'SASL');

/** The methods in their order, or the obstacle. */
function choose(situation: Partial<LoginSituation>): string {
  const choice = chooseLogin({ ...SITUATION, ...situation });
  return 'refused' in choice ? choice.refused : choice.candidates.map(({ method }) => method).join(' ');
}

const ALL = 'SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN USER';

const CHOICES: readonly [what: string, situation: Partial<LoginSituation>, chosen: string][] = [
  ['everything that Cyrus offers', { capabilities: CYRUS }, ALL],
  [
    'a channel that cannot be bound',
    { capabilities: CYRUS, canBindChannel: false },
    'SCRAM-SHA-256 SCRAM-SHA-1 PLAIN USER',
  ],
  ['no -PLUS offered', { capabilities: DOVECOT }, 'SCRAM-SHA-256 SCRAM-SHA-1 PLAIN USER'],
  [
    'mechanisms in lower case',
    { capabilities: capa('user', 'sasl plain scram-sha-256') },
    'SCRAM-SHA-256 PLAIN USER',
  ],
  [
    'characters SCRAM has no form of',
    { capabilities: DOVECOT, isPreparable: false, isAscii: false },
    'PLAIN',
  ],
  ['CRAM-MD5 offered', { capabilities: COURIER }, 'PLAIN USER'],
  ['CRAM-MD5 and an APOP timestamp offered', { capabilities: TWISTED, apopTimestamp: '<1@vm>' }, 'USER'],
  ['LOGIN but not PLAIN offered', { capabilities: capa('USER', 'SASL LOGIN') }, 'LOGIN USER'],
  ['PLAIN but not USER offered', { capabilities: capa('SASL PLAIN') }, 'PLAIN'],
  ['no CAPA', {}, 'USER'],
  ['an empty CAPA', { capabilities: capa() }, 'USER'],
  ['a CAPA that names no login', { capabilities: capa('TOP', 'UIDL') }, 'USER'],
  ['a CAPA with SASL and no mechanism', { capabilities: BARE_SASL }, 'USER'],
  ['other mechanisms only', { capabilities: capa('SASL GSSAPI NTLM') }, 'nothing-in-common'],
  ['CRAM-MD5 and nothing else', { capabilities: capa('SASL CRAM-MD5') }, 'nothing-in-common'],
  [
    'SCRAM only, without a form for it',
    { capabilities: capa('SASL SCRAM-SHA-1'), isPreparable: false },
    'characters',
  ],
  ['no CAPA and other letters than ASCII', { isAscii: false }, 'characters'],
  ['USER only and other letters than ASCII', { capabilities: capa('USER'), isAscii: false }, 'characters'],
  ['UTF8 USER and other letters', { capabilities: capa('USER', 'UTF8 user'), isAscii: false }, 'USER'],
  [
    'UTF8 without USER and other letters',
    { capabilities: capa('USER', 'UTF8'), isAscii: false },
    'characters',
  ],
  ['a token', { ...TOKEN, capabilities: DOVECOT }, 'OAUTHBEARER XOAUTH2'],
  ['a token for Exchange', { ...TOKEN, capabilities: capa('SASL PLAIN XOAUTH2', 'USER') }, 'XOAUTH2'],
  ['a token without CAPA', { ...TOKEN }, 'XOAUTH2'],
  ['a token where only passwords are taken', { ...TOKEN, capabilities: COURIER }, 'nothing-in-common'],
];

for (const [what, situation, chosen] of CHOICES) {
  test(`over TLS, ${what}: ${chosen}`, () => {
    assert.equal(choose(situation), chosen);
  });
}

const UNPROTECTED: readonly [what: string, situation: Partial<LoginSituation>, chosen: string][] = [
  [
    'SCRAM offered, clear text allowed',
    { ...CLEAR, capabilities: DOVECOT },
    'SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5',
  ],
  [
    'SCRAM offered, clear text not allowed',
    { isProtected: false, capabilities: DOVECOT },
    'SCRAM-SHA-256 SCRAM-SHA-1',
  ],
  [
    '-PLUS offered, with nothing to bind to',
    { ...CLEAR, capabilities: CYRUS },
    'SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5',
  ],
  ['a digest offered', { ...CLEAR, capabilities: COURIER }, 'CRAM-MD5'],
  ['an APOP timestamp', { ...CLEAR, apopTimestamp: '<1@vm>' }, 'USER'],
  ['PLAIN and LOGIN offered', { ...CLEAR, capabilities: capa('USER', 'SASL LOGIN PLAIN') }, 'PLAIN USER'],
  ['no CAPA', { ...CLEAR }, 'USER'],
  ['a digest, clear text not allowed', { isProtected: false, capabilities: COURIER }, 'needs-protection'],
  ['no CAPA, clear text not allowed', { isProtected: false }, 'needs-protection'],
  ['SASL without mechanisms', { ...CLEAR, capabilities: BARE_SASL }, 'needs-protection'],
  ['a token', { ...TOKEN, ...CLEAR, capabilities: DOVECOT }, 'OAUTHBEARER XOAUTH2'],
  [
    'a token, clear text not allowed',
    { ...TOKEN, isProtected: false, capabilities: DOVECOT },
    'needs-protection',
  ],
];

for (const [what, situation, chosen] of UNPROTECTED) {
  test(`without TLS, ${what}: ${chosen}`, () => {
    assert.equal(choose(situation), chosen);
  });
}

const NAMED: readonly [wanted: LoginMethod, situation: Partial<LoginSituation>, chosen: string][] = [
  ['CRAM-MD5', { capabilities: COURIER }, 'CRAM-MD5'],
  ['USER', { capabilities: CYRUS }, 'USER'],
  ['USER', { capabilities: capa('USER'), isAscii: false }, 'USER'],
  ['SCRAM-SHA-1', { capabilities: TWISTED }, 'SCRAM-SHA-1'],
  ['APOP', { apopTimestamp: '<1@vm>' }, 'APOP'],
  ['APOP', {}, 'no-timestamp'],
  ['APOP', { isProtected: false, apopTimestamp: '<1@vm>' }, 'needs-protection'],
  ['APOP', { ...CLEAR, apopTimestamp: '<1@vm>' }, 'APOP'],
  ['CRAM-MD5', { isProtected: false, capabilities: COURIER }, 'needs-protection'],
  ['USER', { isProtected: false, capabilities: COURIER }, 'needs-protection'],
  ['PLAIN', { isProtected: false, capabilities: COURIER }, 'needs-protection'],
  ['PLAIN', { ...CLEAR, capabilities: COURIER }, 'PLAIN'],
  ['SCRAM-SHA-256', { isProtected: false, capabilities: DOVECOT }, 'SCRAM-SHA-256'],
  ['SCRAM-SHA-256', { capabilities: DOVECOT, isPreparable: false }, 'characters'],
  ['SCRAM-SHA-256-PLUS', { capabilities: CYRUS }, 'SCRAM-SHA-256-PLUS'],
  ['SCRAM-SHA-256-PLUS', { capabilities: CYRUS, canBindChannel: false }, 'no-channel-binding'],
  ['SCRAM-SHA-256-PLUS', { ...CLEAR, capabilities: CYRUS }, 'no-channel-binding'],
  ['XOAUTH2', { capabilities: DOVECOT }, 'wrong-credential'],
  ['PLAIN', { ...TOKEN, capabilities: DOVECOT }, 'wrong-credential'],
  ['XOAUTH2', { ...TOKEN, capabilities: DOVECOT }, 'XOAUTH2'],
  ['XOAUTH2', { ...TOKEN, isProtected: false, capabilities: DOVECOT }, 'needs-protection'],
];

for (const [wanted, situation, chosen] of NAMED) {
  const where = situation.isProtected === false ? 'without TLS' : 'over TLS';
  test(`${wanted} named by the account, ${where} (${Object.keys(situation).join(', ') || 'no CAPA'}): ${chosen}`, () => {
    assert.equal(choose({ ...situation, wanted }), chosen);
  });
}

test('SCRAM tells that we could bind only where the server offers mechanisms and none that binds', () => {
  const tells = (situation: Partial<LoginSituation>) => {
    const choice = chooseLogin({ ...SITUATION, ...situation });
    return 'refused' in choice
      ? []
      : choice.candidates.filter(({ tellsOfBinding }) => tellsOfBinding).map(({ method }) => method);
  };
  assert.deepEqual(tells({ capabilities: DOVECOT }), ['SCRAM-SHA-256', 'SCRAM-SHA-1']);
  assert.deepEqual(tells({ capabilities: CYRUS }), []);
  assert.deepEqual(tells({ capabilities: DOVECOT, canBindChannel: false }), []);
  assert.deepEqual(tells({ ...CLEAR, capabilities: DOVECOT }), []);
  assert.deepEqual(tells({ wanted: 'SCRAM-SHA-1' }), []);
});

test('every candidate has its reason, and one named but not listed says so', () => {
  const choice = chooseLogin({ ...SITUATION, capabilities: COURIER, wanted: 'SCRAM-SHA-1' });
  assert.ok('candidates' in choice);
  assert.match(choice.candidates[0].reason, /named by the account, though the server does not list it/);
});

test('where there is no way to log in, the error says why and what to do', () => {
  const choice = chooseLogin({ ...SITUATION, isProtected: false });
  assert.ok('refused' in choice);
  const error = noLoginError(choice);
  assert.ok(failing('POP3_AUTH_FAILED', 'account', /no login was tried: without TLS/)(error));
  assert.match(error.hint ?? '', /tls: implicit/);
});

const situations: fc.Arbitrary<LoginSituation> = fc.record({
  credential: fc.constantFrom('password', 'access-token'),
  capabilities: fc.option(
    fc
      .tuple(
        fc.subarray([...LOGIN_METHODS, 'GSSAPI']),
        fc.subarray(['USER', 'UTF8 USER', 'TOP']),
        fc.boolean(),
      )
      .map(([methods, tags, hasSasl]) => capa(...tags, ...(hasSasl ? [`SASL ${methods.join(' ')}`] : []))),
    { nil: undefined },
  ),
  apopTimestamp: fc.constantFrom(undefined, '<1@vm>'),
  isProtected: fc.boolean(),
  allowsClearText: fc.boolean(),
  wanted: fc.constantFrom(undefined, ...LOGIN_METHODS),
  canBindChannel: fc.boolean(),
  isAscii: fc.boolean(),
  isPreparable: fc.boolean(),
});

const SHOWS_THE_SECRET: readonly LoginMethod[] = ['PLAIN', 'LOGIN', 'USER', 'XOAUTH2', 'OAUTHBEARER'];

test('no secret goes in clear text over an unprotected connection unless the account allows it, nor after a better way', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const choice = chooseLogin(situation);
      if ('refused' in choice || situation.isProtected) return;
      const shows = choice.candidates.map(({ method }) => SHOWS_THE_SECRET.includes(method));
      assert.ok(situation.allowsClearText || !shows.includes(true));
      assert.equal(new Set(shows).size, 1);
    }),
    { numRuns: 1000 },
  );
});

test('unasked, CRAM-MD5 and APOP are never used over TLS, and APOP never at all', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const choice = chooseLogin({ ...situation, wanted: undefined });
      if ('refused' in choice) return;
      const methods = choice.candidates.map(({ method }) => method);
      assert.ok(!methods.includes('APOP'));
      assert.ok(!(situation.isProtected && methods.includes('CRAM-MD5')));
      assert.equal(new Set(methods).size, methods.length);
    }),
    { numRuns: 1000 },
  );
});
