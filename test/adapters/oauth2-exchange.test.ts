// Where a request to an authorization server may go: to no private address unless the account says so, to the very addresses that
// were looked at, and to nobody whose certificate this machine does not trust.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerOptions } from '../../lib/adapters/oauth2-server.ts';
import { OAuth2TokenEndpoint } from '../../lib/adapters/oauth2-token-endpoint.ts';
import type { IssuedTokens } from '../../lib/ports/access.ts';
import { makeCertificates } from '../support/certificates.ts';
import { failureOf } from '../support/failure-of.ts';
import { json, startScriptedTokenServer } from '../support/scripted-token-server.ts';

const BEARER = { access_token: 'access', token_type: 'Bearer' };

async function issueAt(
  tokenUrl: string,
  options: ServerOptions = {},
  allowPrivateNetwork = true,
): Promise<IssuedTokens> {
  const client = { tokenUrl, clientId: 'id', clientSecret: undefined, scope: undefined, allowPrivateNetwork };
  return await new OAuth2TokenEndpoint(options).issue(client, { kind: 'client-credentials' });
}

test('an address in a private range is refused, whatever name leads to it', async () => {
  await using server = await startScriptedTokenServer((response) => json(response, 200, BEARER));
  const rebound = async (): Promise<{ address: string; family: number }[]> => [
    { address: '192.0.2.1', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  for (const [url, options] of [
    [server.url, {}],
    [`http://[::ffff:127.0.0.1]:${server.port}/token`, {}],
    [`http://2130706433:${server.port}/token`, {}],
    ['http://169.254.169.254/latest/meta-data', {}],
    [`http://login.example.com:${server.port}/token`, { lookUp: rebound }],
  ] as const) {
    const failure = await failureOf(async () => await issueAt(url, options, false));
    assert.deepEqual([failure.code, failure.scope], ['ADDRESS_NOT_ALLOWED', 'account'], url);
    assert.match(failure.hint ?? '', /allowPrivateNetwork/);
  }
  assert.equal(server.asked.length, 0);
});

test('the connection is made to the addresses that were looked at, and the name is asked for once', async () => {
  await using server = await startScriptedTokenServer((response) => json(response, 200, BEARER));
  let times = 0;
  const lookUp = async (): Promise<{ address: string; family: number }[]> => {
    times += 1;
    return [{ address: '127.0.0.1', family: 4 }];
  };
  await issueAt(`http://login.example.com:${server.port}/token`, { lookUp });
  assert.deepEqual([times, server.asked[0]?.headers.host], [1, `login.example.com:${server.port}`]);
});

test('a name that is looked up for ever is left after the deadline', async () => {
  const lookUp = async (): Promise<never> => await new Promise<never>(() => undefined);
  const failure = await failureOf(
    async () => await issueAt('https://login.example.com/token', { lookUp, timeoutMs: 20 }),
  );
  assert.match(failure.message, /no answer within 0\.02 s$/);
});

test('a name without an address is TOKEN_UNAVAILABLE', async () => {
  const lookUp = async (): Promise<never> => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND login.example.com'), { code: 'ENOTFOUND' });
  };
  const failure = await failureOf(async () => await issueAt('https://login.example.com/token', { lookUp }));
  assert.equal(failure.code, 'TOKEN_UNAVAILABLE');
  assert.match(failure.message, /ENOTFOUND/);
});

test('a certificate of nobody that this machine trusts gets nothing', async () => {
  const certificate = await makeCertificates({ names: ['localhost'], ips: ['127.0.0.1'] });
  await using server = await startScriptedTokenServer((response) => json(response, 200, BEARER), certificate);
  const failure = await failureOf(async () => await issueAt(server.url));
  assert.equal(failure.code, 'TOKEN_UNAVAILABLE');
  assert.match(failure.message, /certificate/);
  assert.equal(server.asked.length, 0);
});
