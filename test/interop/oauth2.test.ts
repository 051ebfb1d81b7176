// Access tokens all the way: from an authorization server to a real Dovecot, which checks them itself, with XOAUTH2 and with
// OAUTHBEARER. The mail comes by a token; one that is refused is replaced once, and not oftener.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SecretsAccess } from '../../lib/access/secrets-access.ts';
import { LocalSecrets } from '../../lib/adapters/local-secrets.ts';
import { OAuth2TokenEndpoint } from '../../lib/adapters/oauth2-token-endpoint.ts';
import type { Account, LoginMethod } from '../../lib/core/account.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { AccountAccess } from '../../lib/ports/access.ts';
import { accountAt } from '../session/session-under-test.ts';
import { runCli } from '../support/cli.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { inFile, oauth2Auth } from '../support/oauth2-account.ts';
import { plainMail } from '../support/odd-mail.ts';
import { pop3BySocket } from '../support/pop3-by.ts';
import { json, startScriptedTokenServer } from '../support/scripted-token-server.ts';
import type { ScriptedTokenServer } from '../support/scripted-token-server.ts';
import { dovecot } from '../support/servers/dovecot.ts';
import type { RunningServer } from '../support/servers/real-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const options = { skip: dovecot.skip(), timeout: 60_000 };
const MAIL = [1, 2, 3].map((n) => ({ name: `m${n}`, bytes: plainMail(n) }));

interface Rig extends AsyncDisposable {
  readonly server: RunningServer;
  readonly tokens: ScriptedTokenServer;
  readonly folder: string;
  readonly tokenFile: string;
  readonly access: AccountAccess;
  /** What the next requests get, one after the other; then good ones. */
  readonly bad: string[];
}

/** A Dovecot with mail of `ann`, and a server that gives tokens for her and replaces the refresh token each time. */
async function openRig(): Promise<Rig> {
  const folder = await temporaryFolder();
  const server = await dovecot.start({ mailboxes: { ann: MAIL } });
  const bad: string[] = [];
  let last = 'refresh-0';
  const tokens = await startScriptedTokenServer((response, asked) => {
    if (asked.get('refresh_token') !== last) return json(response, 400, { error: 'invalid_grant' });
    last = `refresh-${tokens.asked.length}`;
    const access_token = bad.shift() ?? server.accessToken?.('ann');
    json(response, 200, { access_token, token_type: 'Bearer', expires_in: 3600, refresh_token: last });
  });
  const tokenFile = join(folder.path, 'token');
  await writeFile(tokenFile, last);
  return {
    server,
    tokens,
    folder: folder.path,
    tokenFile,
    access: new SecretsAccess(new LocalSecrets({}), new OAuth2TokenEndpoint()),
    bad,
    [Symbol.asyncDispose]: async () => {
      await tokens[Symbol.asyncDispose]();
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function accountOf({ server, tokens, tokenFile }: Rig, method: LoginMethod | undefined): Account {
  const auth = oauth2Auth({ tokenUrl: tokens.url, refreshToken: inFile(tokenFile), method });
  return { ...accountAt(server.tlsPort ?? 0), tls: 'implicit', caFile: server.caFile, auth };
}

async function runWith(rig: Rig, method: LoginMethod | undefined): Promise<RunRecord> {
  const ledger = new MemoryLedger({ now: Date.now });
  const { signal } = new AbortController();
  const ports = {
    pop3: pop3BySocket,
    access: rig.access,
    blobs: new MemoryBlobStore(),
    ledger,
    lease: ledger,
    parseQueue: { enqueue: async () => undefined },
    spoolDirectory: rig.folder,
    ownerName: 'test/1',
    now: Date.now,
    newRunId: () => 'run-1',
  };
  return await importAccount(accountOf(rig, method), ports, { stop: signal, abort: signal });
}

for (const method of ['XOAUTH2', 'OAUTHBEARER', undefined] as const) {
  const how = method ?? 'whatever the server offers for a token';

  test(`Dovecot takes the token with ${how}, and gives the mail`, options, async () => {
    await using rig = await openRig();
    const run = await runWith(rig, method);
    assert.deepEqual([run.outcome, run.counts.stored, run.errors], ['complete', 3, []]);
    assert.equal((await readFile(rig.tokenFile, 'utf8')).trim(), 'refresh-1');
  });

  test(
    `a token that Dovecot refuses with ${how} is replaced once, and the run goes on`,
    options,
    async () => {
      await using rig = await openRig();
      rig.bad.push('worn.out.token');
      const run = await runWith(rig, method);
      assert.deepEqual([run.outcome, run.counts.stored, run.errors], ['complete', 3, []]);
      assert.equal(rig.tokens.asked.length, 2);
    },
  );

  test(`a second token that Dovecot refuses with ${how} ends the run`, options, async () => {
    await using rig = await openRig();
    rig.bad.push('worn.out.token', 'worn.out.too', 'never.asked.for');
    const run = await runWith(rig, method);
    assert.deepEqual([run.outcome, run.errors[0]?.code], ['stopped', 'POP3_AUTH_FAILED']);
    assert.deepEqual([rig.tokens.asked.length, rig.bad], [2, ['never.asked.for']]);
    assert.doesNotMatch(JSON.stringify(run), /worn\.out|refresh-/);
  });
}

test(
  'a refresh token that is refused stops the run before the server is asked anything',
  options,
  async () => {
    await using rig = await openRig();
    await writeFile(rig.tokenFile, 'revoked');
    const run = await runWith(rig, undefined);
    assert.deepEqual([run.outcome, run.errors[0]?.code], ['stopped', 'TOKEN_REFUSED']);
    assert.doesNotMatch(await rig.server.output(), /user=<ann>/);
  },
);

test('mailferry import reads the mail with a token, as the configuration says', options, async () => {
  await using rig = await openRig();
  const { server, tokens, folder } = rig;
  const oauth2 = { tokenUrl: tokens.url, clientId: 'id', refreshToken: 'file:./token' };
  const account = {
    id: 'ann',
    host: server.host,
    port: server.tlsPort,
    caFile: server.caFile,
    allowPrivateNetwork: true,
    user: 'ann',
    auth: { oauth2, method: 'xoauth2' },
  };
  const config = join(folder, 'mailferry.yaml');
  await writeFile(config, JSON.stringify({ archive: 'mail', accounts: [account] }));
  const { exitCode, stdout, stderr } = await runCli(['import', '--config', config]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /ann: 3 stored/);
  assert.equal((await readFile(rig.tokenFile, 'utf8')).trim(), 'refresh-1');
});

test('a run with a replaced refresh token that nothing can keep says so', options, async () => {
  await using rig = await openRig();
  const { server, tokens, folder } = rig;
  const oauth2 = { tokenUrl: tokens.url, clientId: 'id', refreshToken: 'env:REFRESH' };
  const how = { host: server.host, port: server.tlsPort, caFile: server.caFile, allowPrivateNetwork: true };
  const config = join(folder, 'mailferry.yaml');
  const accounts = [{ id: 'ann', user: 'ann', ...how, auth: { oauth2 } }];
  await writeFile(config, JSON.stringify({ archive: 'mail', accounts }));
  const { exitCode, stdout } = await runCli(['import', '--config', config], {
    env: { REFRESH: 'refresh-0' },
  });
  assert.equal(exitCode, 0);
  assert.match(stdout, /TOKEN_NOT_KEPT: .*env:REFRESH.*could not be kept.*mailferry login ann/);
  assert.doesNotMatch(stdout, /refresh-\d/);
});
