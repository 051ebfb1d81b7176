// Logging in with a browser on this machine: with a person and a real authorization server (oidc-provider), and with whoever else
// finds the port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logInWithBrowser } from '../../../lib/cli/login/log-in.ts';
import { Secret } from '../../../lib/core/secret.ts';
import type { IssuedTokens } from '../../../lib/ports/access.ts';
import { failureOf } from '../../support/failure-of.ts';
import { logInAsPerson } from '../../support/oauth2-person.ts';
import { CLIENT_SECRET, SCOPE, startOAuth2Server } from '../../support/oauth2-server.ts';
import { json, startScriptedTokenServer } from '../../support/scripted-token-server.ts';

const NEVER = new AbortController().signal;
const TOKENS = { access_token: 'access', token_type: 'Bearer', refresh_token: 'refresh' };

type Visit = (url: URL) => Promise<unknown>;

async function browse(
  server: { tokenUrl: string; authorizationUrl: string },
  visit: Visit,
  signal = NEVER,
): Promise<IssuedTokens> {
  let visited: Promise<unknown> = Promise.resolve();
  try {
    return await logInWithBrowser({
      client: {
        tokenUrl: server.tokenUrl,
        clientId: 'desktop',
        clientSecret: new Secret(CLIENT_SECRET),
        scope: SCOPE,
        allowPrivateNetwork: true,
      },
      authorizationUrl: server.authorizationUrl,
      port: 0,
      say: (line) => {
        if (line.startsWith('  ')) visited = visit(new URL(line.trim()));
      },
      signal,
    });
  } finally {
    await visited;
  }
}

test('with a browser: the person logs in, comes back to this machine, and the refresh token comes', async () => {
  await using server = await startOAuth2Server();
  let last: { url: string; page: string } | undefined;
  const { refreshToken } = await browse(server, async (url) => {
    last = await logInAsPerson(url.href);
  });
  assert.match(refreshToken?.reveal() ?? '', /^\S+$/);
  assert.match(last?.url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/\?code=/);
  assert.match(last?.page ?? '', /can be closed/);
  assert.deepEqual(server.requests, ['authorization_code']);
});

test('the address has what RFC 7636 and the providers want, and keeps what was configured', async () => {
  await using server = await startScriptedTokenServer((response) => json(response, 200, TOKENS));
  const authorizationUrl = 'https://login.example.com/auth?prompt=select_account&hint=a%20b';
  await browse({ tokenUrl: server.url, authorizationUrl }, async (url) => {
    const { state, code_challenge, redirect_uri, ...rest } = Object.fromEntries(url.searchParams);
    assert.match(state ?? '', /^[\w-]{43}$/);
    assert.match(code_challenge ?? '', /^[\w-]{43}$/);
    assert.match(redirect_uri ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(rest, {
      prompt: 'select_account',
      hint: 'a b',
      access_type: 'offline',
      response_type: 'code',
      client_id: 'desktop',
      scope: SCOPE,
      code_challenge_method: 'S256',
    });
    await fetch(`${redirect_uri}/?code=c&state=${state}&iss=https%3A%2F%2Fwhoever`);
  });
  const [{ body } = assert.fail('nothing was redeemed')] = server.asked;
  assert.equal(body.get('code'), 'c');
  assert.match(body.get('code_verifier') ?? '', /^[\w-]{43}$/);
});

test('Microsoft is given the name that it knows this machine by', async () => {
  await using server = await startScriptedTokenServer((response) => json(response, 200, TOKENS));
  const authorizationUrl = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize';
  await browse({ tokenUrl: server.url, authorizationUrl }, async (url) => {
    const redirectUri = url.searchParams.get('redirect_uri') ?? '';
    assert.match(redirectUri, /^http:\/\/localhost:\d+$/);
    await fetch(
      `${redirectUri.replace('localhost', '127.0.0.1')}/?code=c&state=${url.searchParams.get('state')}`,
    );
  });
  assert.match(server.asked[0]?.body.get('redirect_uri') ?? '', /^http:\/\/localhost:\d+$/);
});

test('what comes to the port without the state of this login is sent away, and the login goes on', async () => {
  await using server = await startScriptedTokenServer((response) => json(response, 200, TOKENS));
  const statuses: number[] = [];
  await browse({ tokenUrl: server.url, authorizationUrl: 'https://login.example.com/auth' }, async (url) => {
    const [uri, state] = [url.searchParams.get('redirect_uri'), url.searchParams.get('state')];
    for (const [path, method] of [
      ['/', 'GET'],
      ['/favicon.ico', 'GET'],
      ['/?code=stolen', 'GET'],
      ['/?code=stolen&state=guessed', 'GET'],
      [`/?code=stolen&state=guessed&state=${state}`, 'GET'],
      [`/?code=stolen&state=${state}&state=guessed`, 'GET'],
      [`/?code=stolen&state=${state}`, 'POST'],
      [`/elsewhere?code=stolen&state=${state}`, 'GET'],
      [`/?code=good&state=${state}`, 'GET'],
    ] as const) {
      statuses.push((await fetch(`${uri}${path}`, { method })).status);
    }
  });
  assert.deepEqual(statuses, [404, 404, 404, 404, 404, 404, 404, 404, 200]);
  assert.deepEqual(
    server.asked.map(({ body }) => body.get('code')),
    ['good'],
  );
});

test('who does not agree ends the login, and what the server says is shown in one printable line', async () => {
  await using server = await startScriptedTokenServer(() => assert.fail('something was redeemed'));
  const authorizationUrl = 'https://login.example.com/auth?secret=hunter2';
  const failure = await failureOf(
    async () =>
      await browse({ tokenUrl: server.url, authorizationUrl }, async (url) => {
        const answer = new URLSearchParams({
          state: url.searchParams.get('state') ?? '',
          error: 'access_denied',
          error_description: 'no\u001b[31m, \nann@example.com',
        });
        await fetch(`${url.searchParams.get('redirect_uri')}/?${answer.toString()}`);
      }),
  );
  assert.deepEqual([failure.code, failure.scope], ['TOKEN_REFUSED', 'account']);
  assert.equal(
    failure.message,
    'https://login.example.com/auth refuses to give tokens: access_denied: no [31m, [address]',
  );
  assert.match(failure.hint ?? '', /did not agree/);
});

test('an answer without a code is no login', async () => {
  await using server = await startScriptedTokenServer(() => assert.fail('something was redeemed'));
  const failure = await failureOf(
    async () =>
      await browse(
        { tokenUrl: server.url, authorizationUrl: 'https://login.example.com/auth' },
        async (url) => {
          await fetch(`${url.searchParams.get('redirect_uri')}/?state=${url.searchParams.get('state')}`);
        },
      ),
  );
  assert.equal(failure.code, 'TOKEN_REFUSED');
  assert.match(failure.message, /an answer without a code$/);
});

test('an interrupted login ends at once, and its port is free again', async () => {
  const abort = new AbortController();
  const reason = new Error('interrupted');
  let redirectUri = '';
  const server = {
    tokenUrl: 'https://login.example.com/token',
    authorizationUrl: 'https://login.example.com/auth',
  };
  const browsing = browse(
    server,
    async (url) => {
      redirectUri = url.searchParams.get('redirect_uri') ?? '';
      abort.abort(reason);
    },
    abort.signal,
  );
  await assert.rejects(browsing, reason);
  await assert.rejects(fetch(redirectUri), TypeError);
});
