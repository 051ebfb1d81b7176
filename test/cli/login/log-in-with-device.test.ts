// Logging in with a code at another device: with a person and a real authorization server (oidc-provider), and with servers that
// play their part badly.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logInWithDevice } from '../../../lib/cli/login/log-in.ts';
import type { IssuedTokens, TokenClient } from '../../../lib/ports/access.ts';
import { failureOf } from '../../support/failure-of.ts';
import { logInAsPerson } from '../../support/oauth2-person.ts';
import { SCOPE, startOAuth2Server } from '../../support/oauth2-server.ts';
import { json, startScriptedTokenServer } from '../../support/scripted-token-server.ts';
import type { ScriptedTokenServer } from '../../support/scripted-token-server.ts';

const NEVER = new AbortController().signal;
const TOKENS = { access_token: 'access', token_type: 'Bearer', refresh_token: 'refresh' };
const DEVICE = {
  device_code: 'device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://login.example.com/device',
  expires_in: 900,
  interval: 7,
};

function clientOf(tokenUrl: string): TokenClient {
  return { tokenUrl, clientId: 'device', clientSecret: undefined, scope: SCOPE, allowPrivateNetwork: true };
}

test('with a code: the person types it in at another device, and the refresh token comes', async () => {
  await using server = await startOAuth2Server();
  const said: string[] = [];
  const pauses: number[] = [];
  const { refreshToken } = await logInWithDevice({
    client: clientOf(server.tokenUrl),
    deviceUrl: server.deviceUrl,
    say: (line) => void said.push(line),
    signal: NEVER,
    pause: async (ms) => {
      pauses.push(ms);
      const [, url = '', code = ''] = said.map((line) => line.trim());
      if (pauses.length === 2) await logInAsPerson(url, code);
    },
  });
  assert.match(refreshToken?.reveal() ?? '', /^\S+$/);
  assert.match(said[0] ?? '', /Open this page on any device, and type in the code:/);
  assert.match(said[2] ?? '', /^ {2}[A-Z]{4}-[A-Z]{4}$/);
  assert.match(said[3] ?? '', /Waiting for up to 10 min/);
  assert.deepEqual(pauses, [5000, 5000]);
  assert.deepEqual(
    server.requests.map((request) => request.split(' ')[1]),
    ['authorization_pending', undefined],
  );
});

interface DeviceLogin extends AsyncDisposable {
  readonly tokens: Promise<IssuedTokens>;
  readonly pauses: readonly number[];
}

/** At a server that gives the code, and then these answers one after the other. */
async function logInWithAnswers(
  answers: readonly ScriptedTokenServer['answer'][],
  device: object = DEVICE,
): Promise<DeviceLogin> {
  const left = [(response) => json(response, 200, device), ...answers] as ScriptedTokenServer['answer'][];
  const pauses: number[] = [];
  const server = await startScriptedTokenServer((response, asked) => {
    const answer = left.shift() ?? assert.fail('asked once too often');
    answer(response, asked);
  });
  const tokens = logInWithDevice({
    client: clientOf(server.url),
    deviceUrl: server.url,
    say: () => undefined,
    signal: NEVER,
    pause: async (ms) => void pauses.push(ms),
  });
  // Whoever awaits it is told.
  tokens.catch(() => undefined);
  return { tokens, pauses, [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose]() };
}

const answers = (status: number, body: unknown): ScriptedTokenServer['answer'] => {
  return (response) => json(response, status, body);
};
const says = (error: string): ScriptedTokenServer['answer'] => answers(400, { error });

test('while nobody has typed the code in it is asked for patiently, and less often when the server wants that', async () => {
  await using login = await logInWithAnswers([
    says('authorization_pending'),
    answers(428, { error: 'authorization_pending' }),
    says('slow_down'),
    answers(503, {}),
    (response) => void response.destroy(),
    answers(200, TOKENS),
  ]);
  assert.equal((await login.tokens).refreshToken?.reveal(), 'refresh');
  assert.deepEqual(login.pauses, [7000, 7000, 7000, 12_000, 17_000, 22_000]);
});

test('a code that was declined or has expired ends the login', async () => {
  for (const [error, hint] of [
    ['access_denied', /did not agree/],
    ['authorization_declined', /did not agree/],
    ['expired_token', /not used in time/],
  ] as const) {
    await using login = await logInWithAnswers([says('authorization_pending'), says(error)]);
    const failure = await failureOf(async () => await login.tokens);
    assert.equal(failure.code, 'TOKEN_REFUSED');
    assert.match(failure.hint ?? '', hint);
  }
});

test('the wait ends when the code does, whatever the server goes on saying', async () => {
  await using login = await logInWithAnswers([says('authorization_pending'), says('authorization_pending')], {
    ...DEVICE,
    expires_in: 20,
  });
  const failure = await failureOf(async () => await login.tokens);
  assert.match(failure.message, /nobody logged in within 20\.0 s: nothing was stored/);
  assert.deepEqual(login.pauses, [7000, 7000]);
});

test('a server sets neither a wait without end nor one without pause', async () => {
  for (const [interval, pauseMs] of [
    [0.001, 1000],
    [1e9, 60_000],
  ] as const) {
    const device = { ...DEVICE, expires_in: 1e12, interval };
    await using login = await logInWithAnswers([answers(200, TOKENS)], device);
    await login.tokens;
    assert.deepEqual(login.pauses, [pauseMs]);
  }
  const pending = Array.from({ length: 60 }, () => says('authorization_pending'));
  await using login = await logInWithAnswers(pending, { ...DEVICE, expires_in: 1e12, interval: 60 });
  assert.match((await failureOf(async () => await login.tokens)).message, /within 1 h:/);
});

test('a page or a code that is not fit for a terminal is not shown', async () => {
  for (const device of [
    { ...DEVICE, verification_uri: 'javascript:alert(1)' },
    { ...DEVICE, verification_uri: 'nowhere' },
    { ...DEVICE, user_code: '\u001b]0;hello\u0007' },
    { ...DEVICE, user_code: 'X'.repeat(65) },
  ]) {
    await using login = await logInWithAnswers([], device);
    const failure = await failureOf(async () => await login.tokens);
    assert.equal(failure.code, 'TOKEN_UNAVAILABLE');
    assert.match(failure.message, /^[\x20-\x7e]+$/);
  }
});
