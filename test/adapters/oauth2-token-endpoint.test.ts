// Whatever a token endpoint does, the error says whether it passes and what to do, in time, without growing, and without a secret.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { MAX_TOKEN_ANSWER_OCTETS } from '../../lib/adapters/oauth2-exchange.ts';
import type { ServerOptions } from '../../lib/adapters/oauth2-server.ts';
import { OAuth2TokenEndpoint } from '../../lib/adapters/oauth2-token-endpoint.ts';
import type { MailferryError } from '../../lib/core/errors.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { IssuedTokens } from '../../lib/ports/access.ts';
import { failureOf } from '../support/failure-of.ts';
import { json, startScriptedTokenServer } from '../support/scripted-token-server.ts';
import type { ScriptedTokenServer } from '../support/scripted-token-server.ts';

const CLIENT_SECRET = 'hunter1/with+signs=';
const REFRESH_TOKEN = 'hunter2~0.AXoA';
const BEARER = { access_token: 'access', token_type: 'Bearer' };

type Answer = ScriptedTokenServer['answer'];

async function issueAt(url: string, options: ServerOptions = {}): Promise<IssuedTokens> {
  const clientSecret = new Secret(CLIENT_SECRET);
  const client = { tokenUrl: url, clientId: 'id', clientSecret, scope: 'a b', allowPrivateNetwork: true };
  const refreshToken = new Secret(REFRESH_TOKEN);
  return await new OAuth2TokenEndpoint(options).issue(client, { kind: 'refresh-token', refreshToken });
}

async function failureWith(answer: Answer, options: ServerOptions = {}): Promise<MailferryError> {
  await using server = await startScriptedTokenServer(answer);
  const error = await failureOf(async () => await issueAt(server.url, options));
  const shown = `${inspect(error, { depth: 9, showHidden: true })} ${error.stack ?? ''}`;
  assert.doesNotMatch(shown, /hunter|access-of-the-answer/);
  return error;
}

test('the request is the one of RFC 6749 section 6, with the client’s secret in the body', async () => {
  await using server = await startScriptedTokenServer((response) => json(response, 200, BEARER));
  await issueAt(server.url);
  const [{ headers, body } = assert.fail('nothing was asked')] = server.asked;
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded;charset=UTF-8');
  assert.equal(headers.authorization, undefined);
  assert.deepEqual(Object.fromEntries(body), {
    grant_type: 'refresh_token',
    refresh_token: REFRESH_TOKEN,
    client_id: 'id',
    client_secret: CLIENT_SECRET,
    scope: 'a b',
  });
});

test('an answer is read in whatever words servers use', async () => {
  for (const [answer, expected] of [
    [{ ...BEARER, expires_in: 3599, refresh_token: 'new' }, [3_599_000, 'new']],
    [{ ...BEARER, token_type: 'bearer', expires_in: '3600' }, [3_600_000, undefined]],
    [{ ...BEARER, scope: 'a', ext_expires_in: 9, id_token: 'no.jwt.at-all' }, [undefined, undefined]],
  ] as const) {
    await using server = await startScriptedTokenServer((response) => json(response, 200, answer));
    const { accessToken, lifetimeMs, refreshToken } = await issueAt(server.url);
    assert.deepEqual([accessToken.reveal(), lifetimeMs, refreshToken?.reveal()], ['access', ...expected]);
  }
});

const REFUSALS: readonly (readonly [status: number, error: string, hint: RegExp])[] = [
  [400, 'invalid_grant', /mailferry login/],
  [401, 'invalid_client', /clientId and clientSecret/],
  [400, 'unauthorized_client', /clientId and clientSecret/],
  [400, 'invalid_scope', /scope/],
  [400, 'interaction_required', /mailferry login/],
  [400, 'unsupported_grant_type', /auth\.oauth2/],
  [403, 'constructor', /auth\.oauth2/],
];

test('what the server refuses is TOKEN_REFUSED, of the account, and does not pass', async () => {
  for (const [status, error, hint] of REFUSALS) {
    const failure = await failureWith((response) => {
      response.setHeader('www-authenticate', 'Basic realm="x"');
      json(response, status, { error, error_description: 'AADSTS70008: it is over.' });
    });
    assert.deepEqual([failure.code, failure.scope, failure.retryable], ['TOKEN_REFUSED', 'account', false]);
    assert.ok(failure.message.endsWith(`: ${error}: AADSTS70008: it is over.`), failure.message);
    assert.match(failure.hint ?? '', hint);
  }
});

test('only a client that is refused is tried the other way, once', async () => {
  for (const [error, ways] of [
    ['invalid_client', ['body', 'header']],
    ['invalid_grant', ['body']],
  ] as const) {
    await using server = await startScriptedTokenServer((response) => json(response, 400, { error }));
    await failureOf(async () => await issueAt(server.url));
    assert.deepEqual(
      server.asked.map(({ headers }) => (headers.authorization === undefined ? 'body' : 'header')),
      ways,
    );
  }
});

const text = (status: number, body: string, type = 'application/json'): Answer => {
  return (response) => response.writeHead(status, { 'content-type': type }).end(body);
};
const tokens = (body: object): Answer => text(200, JSON.stringify({ ...BEARER, ...body }));

const PASSING: readonly (readonly [what: string, answer: Answer, why: RegExp])[] = [
  ['500', text(500, 'access-of-the-answer'), /HTTP 500$/],
  ['503 with an error of OAuth2', text(503, '{"error":"invalid_grant"}'), /HTTP 503$/],
  ['429', text(429, '{"error":"invalid_grant"}'), /HTTP 429$/],
  ['408', text(408, ''), /HTTP 408$/],
  [
    'an error that says it passes',
    text(400, '{"error":"temporarily_unavailable"}'),
    /temporarily_unavailable$/,
  ],
  ['404', text(404, '<p>hunter2', 'text/html'), /HTTP 404, with an answer that is none of OAuth2's$/],
  ['400 with another JSON', text(400, '{"message":"hunter2"}'), /none of OAuth2's$/],
  ['400 with an error that is no text', text(400, '{"error":{"code":"hunter2"}}'), /none of OAuth2's$/],
  ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end(), /HTTP 302, with/],
  ['no content', (response) => response.writeHead(204).end(), /HTTP 204, with/],
  ['a status that is none', (response) => response.writeHead(600).end(), /HTTP status 600$/],
  ['a page', text(200, '<html>access-of-the-answer', 'text/html'), /none of OAuth2's$/],
  ['half an object', text(200, '{"access_token":"access-of-the-answer"'), /none of OAuth2's$/],
  ['no object', text(200, '["access-of-the-answer"]'), /none of OAuth2's$/],
  ['no token', text(200, '{"token_type":"Bearer","x":"access-of-the-answer"}'), /none of OAuth2's$/],
  ['an empty token', tokens({ access_token: '' }), /none of OAuth2's$/],
  ['a token of octets', tokens({ access_token: 'access-of-the-answer\r\nQUIT' }), /no visible ASCII$/],
  ['a token of another type', tokens({ token_type: 'mac', access_token: 'access-of-the-answer' }), /none of/],
  ['a token bound to a key', tokens({ token_type: 'DPoP' }), /no bearer token$/],
  ['a lifetime that is none', tokens({ expires_in: 'soon' }), /none of OAuth2's$/],
  ['a negative lifetime', tokens({ expires_in: -1 }), /none of OAuth2's$/],
  ['a refresh token that is none', tokens({ refresh_token: 7 }), /none of OAuth2's$/],
  ['too much', text(200, ' '.repeat(MAX_TOKEN_ANSWER_OCTETS + 1)), /more than 65536 octets$/],
  ['a cut answer', (response) => void cut(response), /gives no tokens now: \w/],
  ['a cut connection', (response) => response.destroy(), /gives no tokens now: \w/],
];

for (const [what, answer, why] of PASSING) {
  test(`${what} is TOKEN_UNAVAILABLE, which passes`, async () => {
    const failure = await failureWith(answer);
    assert.deepEqual(
      [failure.code, failure.scope, failure.retryable],
      ['TOKEN_UNAVAILABLE', 'session', true],
      failure.message,
    );
    assert.match(failure.message, why);
  });
}

async function cut(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"access_token":"access-of-the-answer",');
  setImmediate(() => response.destroy());
}

test('an answer that never ends is cut off', async () => {
  const failure = await failureWith((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.closed && response.write(' '.repeat(16_384)));
      response.once('drain', more);
    };
    more();
  });
  assert.match(failure.message, /more than 65536 octets$/);
});

test('a server that is silent, or slow, is left after the deadline', async () => {
  const timers = new Set<NodeJS.Timeout>();
  try {
    for (const answer of [
      (): void => undefined,
      (response: ServerResponse): void => {
        response.writeHead(200, { 'content-type': 'application/json' });
        timers.add(setInterval(() => response.write(' '), 5));
      },
    ]) {
      const failure = await failureWith(answer, { timeoutMs: 60 });
      assert.equal(failure.code, 'TOKEN_UNAVAILABLE');
      assert.match(failure.message, /no answer within 0\.06 s$/);
    }
  } finally {
    for (const timer of timers) clearInterval(timer);
  }
});

test('a signal ends a request with its own reason, also before it began', async () => {
  const reason = new Error('enough');
  const abort = new AbortController();
  await using server = await startScriptedTokenServer(() => abort.abort(reason));
  for (let time = 0; time < 2; time += 1) {
    const failure = await failureOf(async () => await issueAt(server.url, { signal: abort.signal }));
    assert.match(failure.message, /enough$/);
  }
  assert.equal(server.asked.length, 1);
});

test('of what a server says a short, printable piece is shown, without secrets, tokens or addresses', async () => {
  const id = '11111111-2222-3333-4444-555555555555';
  const failure = await failureWith((response, body) =>
    json(response, 400, {
      error: 'invalid_grant\u001b[31m',
      error_description: [
        `\r\n\u0007Trace ${id}`,
        body.get('refresh_token'),
        encodeURIComponent(CLIENT_SECRET),
        Buffer.from(REFRESH_TOKEN).toString('base64'),
        'ann@example.com',
        'eyJ'.padEnd(60, 'x'),
        '\u202e\u00e9 \n',
        'word '.repeat(200),
        'end',
      ].join(' '),
    }),
  );
  assert.ok(failure.message.includes(`Trace ${id} [redacted] [redacted] [redacted] [address] [...]`));
  assert.match(failure.message, /^[\x20-\x7e]{1,400}$/);
  assert.doesNotMatch(failure.message, /ann|example\.com|eyJ|end/);
});
