// A wrong password stops the account; a busy maildrop or a server in trouble only this session.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCapabilities } from '../../../lib/core/pop3/capabilities.ts';
import { loginCutOff, loginError } from '../../../lib/core/pop3/failed-login.ts';
import type { LoginContext, LoginError } from '../../../lib/core/pop3/failed-login.ts';
import type { RefusalMeaning } from '../../../lib/core/pop3/refusal-meaning.ts';
import { parseReply } from '../../../lib/core/pop3/reply.ts';

function refused(line: string, context: LoginContext = {}): LoginError {
  return loginError('PASS', parseReply(Buffer.from(line)), context);
}

function capa(...rows: string[]): LoginContext {
  return { capabilities: parseCapabilities(rows.map((row) => Buffer.from(row))) };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const BUSY = ['POP3_MAILDROP_BUSY', 'session', true] as const;
const TROUBLE = ['POP3_UNAVAILABLE', 'session', true] as const;
const NEEDS_A_PERSON = ['POP3_UNAVAILABLE', 'account', false] as const;
const REFUSED = ['POP3_AUTH_FAILED', 'account', false] as const;

type Verdict = typeof BUSY | typeof TROUBLE | typeof NEEDS_A_PERSON | typeof REFUSED;

const CODED: readonly [line: string, meaning: RefusalMeaning, verdict: Verdict, retryAfterMs: number][] = [
  ['-ERR [IN-USE] no', 'busy', BUSY, MINUTE],
  ['-ERR [in-use] bad password', 'busy', BUSY, MINUTE],
  ['-ERR [IN-USE/FOREVER] no', 'busy', BUSY, MINUTE],
  ['-ERR [IN-USE] Mailbox is locked by another POP3 session.', 'busy', BUSY, MINUTE],
  ['-ERR [IN-USE] Maximum number of connections', 'capped', BUSY, HOUR],
  ['-ERR [LOGIN-DELAY] Logins must be at least 2 minutes apart', 'too-soon', BUSY, 15 * MINUTE],
  ['-ERR [SYS/TEMP] no', 'busy', BUSY, MINUTE],
  ['-ERR [SYS] no', 'busy', BUSY, MINUTE],
  ['-ERR [SYS/ODD] no', 'busy', BUSY, MINUTE],
  ['-ERR [SYS/PERM] Your account is not enabled for POP access', 'needs-a-person', NEEDS_A_PERSON, 6 * HOUR],
  ['-ERR [AUTH] try again', 'credential', REFUSED, HOUR],
  ['-ERR [AUTH] Authentication failed.', 'credential', REFUSED, HOUR],
  ['-ERR [AUTH/ODD] no', 'credential', REFUSED, HOUR],
  ['-ERR [AUTH] Account_suspended', 'suspended', REFUSED, HOUR],
  [
    '-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.',
    'needs-tls',
    REFUSED,
    HOUR,
  ],
  ['-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled.', 'needs-tls', REFUSED, HOUR],
];

const UNCODED: readonly [line: string, meaning: RefusalMeaning, verdict: Verdict, retryAfterMs: number][] = [
  ['-ERR maildrop is locked', 'busy', BUSY, MINUTE],
  ['-ERR maildrop of user alice is already locked', 'busy', BUSY, MINUTE],
  ['-ERR Temporary failure, try again', 'busy', BUSY, MINUTE],
  ['-ERR Server Unavailable. 21', 'busy', BUSY, MINUTE],
  ['-ERR login failed: too many connections', 'busy', BUSY, MINUTE],
  ['-ERR Download exceed. msg=10', 'capped', BUSY, HOUR],
  ['-ERR message is damaged', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['-ERR no memory available', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['-ERR fatal error', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['-ERR internal server error', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['-ERR failed: Could not connect to server', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['-ERR User is authenticated but not connected.', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['+ERR Server error', 'server-trouble', TROUBLE, 5 * MINUTE],
  ['-ERR Protocol error. 19', 'unknown', TROUBLE, 15 * MINUTE],
  ['-ERR no', 'unknown', TROUBLE, 15 * MINUTE],
  ['-ERR', 'credential', REFUSED, HOUR],
  ['-ERR bad password', 'credential', REFUSED, HOUR],
  ['+ERR bad password', 'credential', REFUSED, HOUR],
  ['-ERR invalid password, please try again', 'credential', REFUSED, HOUR],
  ['-ERR Username and password not accepted, wait', 'credential', REFUSED, HOUR],
  ['-ERR Authentication failed (bad password?)', 'credential', REFUSED, HOUR],
  ['-ERR failed: Re-Authentication Failure', 'credential', REFUSED, HOUR],
  ['-ERR Logon failure: unknown user name or bad password.', 'credential', REFUSED, HOUR],
  ['-ERR Unable to log on', 'credential', REFUSED, HOUR],
  ['-ERR Anmeldung fehlgeschlagen', 'credential', REFUSED, HOUR],
  ['-ERR account is locked, try again later', 'suspended', REFUSED, HOUR],
  ['-ERR POP3 access for this account is disabled', 'suspended', REFUSED, HOUR],
  ['-ERR must use SSL', 'needs-tls', REFUSED, HOUR],
];

for (const [line, meaning, [code, scope, retryable], retryAfterMs] of [...CODED, ...UNCODED]) {
  test(`"${line}" is ${meaning}: ${code}, scope ${scope}, again after ${retryAfterMs / MINUTE} min`, () => {
    const error = refused(line);
    assert.equal(error.meaning, meaning);
    assert.equal(error.code, code);
    assert.equal(error.scope, scope);
    assert.equal(error.retryable, retryable);
    assert.equal(error.retryAfterMs, retryAfterMs);
    assert.equal(error.renewsToken, false);
    assert.ok(error.hint);
    assert.ok(error.message.startsWith('PASS was refused: "'));
  });
}

test('the error shows what the server said', () => {
  assert.equal(refused('-ERR message is damaged').message, 'PASS was refused: "message is damaged"');
});

const DELAYS: readonly [capability: string, retryAfterMs: number][] = [
  ['LOGIN-DELAY 300', 5 * MINUTE],
  ['LOGIN-DELAY 900 USER', 15 * MINUTE],
  ['LOGIN-DELAY 0', 15 * MINUTE],
  ['LOGIN-DELAY', 15 * MINUTE],
  ['LOGIN-DELAY soon', 15 * MINUTE],
  ['LOGIN-DELAY 99999999999', 24 * HOUR],
];

for (const [capability, retryAfterMs] of DELAYS) {
  test(`a login that came too soon waits ${retryAfterMs / MINUTE} min where CAPA says "${capability}"`, () => {
    assert.equal(refused('-ERR [LOGIN-DELAY] no', capa(capability)).retryAfterMs, retryAfterMs);
  });
}

test('a server that announces AUTH-RESP-CODE and gives no code does not mean the password, unless it says so', () => {
  const coding = capa('AUTH-RESP-CODE');
  assert.equal(refused('-ERR', coding).meaning, 'server-trouble');
  assert.equal(refused('-ERR no', coding).meaning, 'server-trouble');
  assert.equal(refused('-ERR bad password', coding).meaning, 'credential');
});

const TOKENS: readonly [status: string, renewsToken: boolean][] = [
  ['400', true],
  ['401', true],
  ['invalid_token', true],
  ['403', false],
  ['insufficient_scope', false],
  ['unknown', false],
];

for (const [status, renewsToken] of TOKENS) {
  test(`a token refused with ${status} ${renewsToken ? 'is renewed once' : 'is not renewed'}`, () => {
    const error = refused('-ERR no', { credential: 'access-token', tokenRefusal: { status } });
    assert.equal(error.renewsToken, renewsToken);
    assert.equal(error.code, 'POP3_AUTH_FAILED');
    assert.ok(error.message.includes(`the token: ${status}`));
    assert.match(error.hint ?? '', /mailferry login/);
  });
}

test('a token refused without a challenge, as Exchange does, is renewed once; a busy mailbox renews nothing', () => {
  const token = { credential: 'access-token' } as const;
  const line = '-ERR Authentication failure: unknown user name or bad password.';
  assert.equal(refused(line, token).renewsToken, true);
  assert.equal(refused('-ERR [IN-USE] no', token).renewsToken, false);
  assert.equal(refused(line).renewsToken, false);
});

test('a connection that ends after the secret was sent counts as a refusal of it', () => {
  const cause = new Error('end');
  const error = loginCutOff('PASS', true, cause);
  assert.deepEqual([error.code, error.scope, error.retryable], REFUSED);
  assert.equal(error.meaning, 'unknown');
  assert.equal(error.cause, cause);
});

test('a connection that ends before the secret was sent is a matter of time', () => {
  const error = loginCutOff('USER', false, new Error('end'));
  assert.deepEqual([error.code, error.scope, error.retryable], ['POP3_CONNECTION_LOST', 'session', true]);
});
