// Access tokens from a real authorization server (oidc-provider), which replaces refresh tokens and revokes everything when an old
// one is shown, with refresh tokens in a file.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SecretsAccess } from '../../lib/access/secrets-access.ts';
import { LocalSecrets } from '../../lib/adapters/local-secrets.ts';
import { OAuth2TokenEndpoint } from '../../lib/adapters/oauth2-token-endpoint.ts';
import type { Account } from '../../lib/core/account.ts';
import { Secret } from '../../lib/core/secret.ts';
import { logInWithBrowser } from '../../lib/cli/login/log-in.ts';
import { failureOf } from '../support/failure-of.ts';
import { inFile, oauth2Account } from '../support/oauth2-account.ts';
import { logInAsPerson } from '../support/oauth2-person.ts';
import { CLIENT_SECRET, SCOPE, startOAuth2Server } from '../support/oauth2-server.ts';
import type { OAuth2ServerOptions, RunningOAuth2Server } from '../support/oauth2-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR_MS = 3_600_000;

interface Rig extends AsyncDisposable {
  readonly server: RunningOAuth2Server;
  readonly account: Account;
  readonly tokenFile: string;
  readonly clock: { nowMs: number };
  /** As a process that has just begun. */
  open(): SecretsAccess;
}

async function openRig(clientId: string, options: OAuth2ServerOptions = {}): Promise<Rig> {
  const server = await startOAuth2Server(options);
  const folder = await temporaryFolder();
  const [tokenFile, secretFile] = [join(folder.path, 'token'), join(folder.path, 'secret')];
  await writeFile(secretFile, CLIENT_SECRET);
  const { tokenUrl } = server;
  const clientSecret = inFile(secretFile);
  const clock = { nowMs: 1_750_000_000_000 };
  const isProgram = clientId === 'program';
  if (!isProgram) await writeFile(tokenFile, await refreshTokenOf(server, clientId));
  return {
    server,
    tokenFile,
    clock,
    account: oauth2Account(
      isProgram
        ? {
            grant: 'client-credentials',
            tokenUrl,
            clientId,
            clientSecret,
            refreshToken: undefined,
            scope: undefined,
          }
        : { tokenUrl, clientId, clientSecret, refreshToken: inFile(tokenFile), scope: SCOPE },
      { allowPrivateNetwork: true },
    ),
    open: () => new SecretsAccess(new LocalSecrets({}), new OAuth2TokenEndpoint(), () => clock.nowMs),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function refreshTokenOf(
  { tokenUrl, authorizationUrl }: RunningOAuth2Server,
  clientId: string,
): Promise<string> {
  const clientSecret = new Secret(CLIENT_SECRET);
  const client = { tokenUrl, clientId, clientSecret, scope: SCOPE, allowPrivateNetwork: true };
  let visit: Promise<unknown> | undefined;
  const { refreshToken } = await logInWithBrowser({
    client,
    authorizationUrl,
    port: 0,
    say: (line) => {
      if (line.includes('/auth?')) visit = logInAsPerson(line.trim());
    },
    signal: new AbortController().signal,
  });
  await visit;
  return refreshToken?.reveal() ?? assert.fail('there is no refresh token');
}

async function tokenOf(access: SecretsAccess, account: Account): Promise<string> {
  const { credential, notices } = await access.get(account);
  assert.deepEqual(notices, []);
  return credential.kind === 'access-token' ? credential.token.reveal() : assert.fail('a password');
}

test('a server that replaces refresh tokens is followed, by one process and by the next', async () => {
  await using rig = await openRig('desktop');
  const tokens = new Set<string>();
  const refreshTokens = new Set([await readFile(rig.tokenFile, 'utf8')]);
  for (let process = 0; process < 3; process += 1) {
    const access = rig.open();
    for (let time = 0; time < 2; time += 1) {
      tokens.add(await tokenOf(access, rig.account));
      refreshTokens.add((await readFile(rig.tokenFile, 'utf8')).trim());
      rig.clock.nowMs += 0.8 * HOUR_MS;
    }
  }
  assert.deepEqual([tokens.size, refreshTokens.size], [6, 7]);
});

test('a token lives as long as the server says', async () => {
  await using rig = await openRig('desktop', { lifetimeS: 100 });
  const access = rig.open();
  const first = await tokenOf(access, rig.account);
  rig.clock.nowMs += 79_999;
  assert.equal(await tokenOf(access, rig.account), first);
  rig.clock.nowMs += 1;
  assert.notEqual(await tokenOf(access, rig.account), first);
});

test('a revoked refresh token is TOKEN_REFUSED, and the hint is to log in', async () => {
  await using rig = await openRig('desktop', { rotates: false });
  await rig.server.revokeAll();
  const error = await failureOf(async () => await rig.open().get(rig.account));
  assert.deepEqual([error.code, error.scope, error.retryable], ['TOKEN_REFUSED', 'account', false]);
  assert.match(error.message, /refuses to give tokens: invalid_grant/);
  assert.match(error.hint ?? '', /mailferry login/);
  const token = (await readFile(rig.tokenFile, 'utf8')).trim();
  const shown = inspect(error, { depth: 9, showHidden: true });
  assert.ok(!shown.includes(token) && !shown.includes(CLIENT_SECRET), shown);
  assert.deepEqual(rig.server.requests.slice(1), ['refresh_token invalid_grant']);
});

test('a wrong client secret is TOKEN_REFUSED, and the hint is to check it', async () => {
  await using rig = await openRig('desktop');
  assert.ok(rig.account.auth.kind === 'oauth2' && rig.account.auth.clientSecret !== undefined);
  await writeFile(rig.account.auth.clientSecret.locator, 'wrong');
  const error = await failureOf(async () => await rig.open().get(rig.account));
  assert.deepEqual([error.code, error.retryable], ['TOKEN_REFUSED', false]);
  assert.match(error.message, /invalid_client/);
  assert.match(error.hint ?? '', /clientSecret/);
});

test('a server that is down is TOKEN_UNAVAILABLE, which passes', async () => {
  await using rig = await openRig('desktop');
  await rig.server[Symbol.asyncDispose]();
  const error = await failureOf(async () => await rig.open().get(rig.account));
  assert.deepEqual([error.code, error.scope, error.retryable], ['TOKEN_UNAVAILABLE', 'session', true]);
  assert.match(error.message, /ECONNREFUSED/);
});

test('a program gets tokens of its own right, with nothing to keep', async () => {
  await using rig = await openRig('program');
  const access = rig.open();
  const first = await tokenOf(access, rig.account);
  assert.equal(await tokenOf(access, rig.account), first);
  const renewed = await access.renew(rig.account);
  assert.ok(renewed?.credential.kind === 'access-token');
  assert.notEqual(renewed.credential.token.reveal(), first);
  assert.deepEqual(rig.server.requests, ['client_credentials', 'client_credentials']);
});

test('a server that wants the secret in a header gets it there', async () => {
  await using rig = await openRig('basic');
  assert.match(await tokenOf(rig.open(), rig.account), /^\S+$/);
});
