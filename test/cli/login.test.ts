// `mailferry login` as built: the refresh token ends where the configuration says, and an import can use it; what cannot be done is
// refused before anybody has to log in.

import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { logInAsPerson } from '../support/oauth2-person.ts';
import { CLIENT_SECRET, SCOPE, startOAuth2Server } from '../support/oauth2-server.ts';
import type { RunningOAuth2Server } from '../support/oauth2-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startLogin } from './login/login-process.ts';

const options = { timeout: 60_000 };

interface Desk extends AsyncDisposable {
  readonly server: RunningOAuth2Server;
  readonly folder: string;
  readonly config: string;
  readonly tokenFile: string;
}

/** Accounts for each way to log in, and some for which nobody can. */
async function openDesk(): Promise<Desk> {
  const server = await startOAuth2Server();
  const folder = await temporaryFolder();
  const { tokenUrl, authorizationUrl, deviceUrl } = server;
  const refreshToken = 'file:./token';
  const secret = { clientSecret: 'file:./secret' };
  const desktop = { tokenUrl, authorizationUrl, clientId: 'desktop', ...secret, refreshToken, scope: SCOPE };
  const device = { tokenUrl, deviceUrl, clientId: 'device', refreshToken, scope: SCOPE };
  const auths = {
    desktop: { oauth2: desktop },
    device: { oauth2: device },
    'in-env': { oauth2: { ...desktop, refreshToken: 'env:TOKEN' } },
    'of-command': { oauth2: { ...desktop, refreshToken: 'command:pass show token' } },
    nowhere: { oauth2: { ...desktop, authorizationUrl: undefined } },
    program: { oauth2: { tokenUrl, grant: 'clientCredentials', clientId: 'program', ...secret } },
    plain: { password: 'env:PASSWORD' },
  };
  const common = { host: 'localhost', user: 'ann', allowPrivateNetwork: true };
  const accounts = Object.entries(auths).map(([id, auth]) => ({ id, ...common, auth }));
  const config = join(folder.path, 'mailferry.yaml');
  await writeFile(config, JSON.stringify({ archive: 'mail', accounts }));
  await writeFile(join(folder.path, 'secret'), CLIENT_SECRET);
  return {
    server,
    folder: folder.path,
    config,
    tokenFile: join(folder.path, 'token'),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function assertTokenKept({ tokenFile }: Desk, said: string): Promise<void> {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  assert.match(token, /^[\w-]{20,}$/);
  assert.equal((await stat(tokenFile)).mode & 0o777, 0o600);
  assert.ok(!said.includes(token) && !said.includes(CLIENT_SECRET), said);
}

test('login with a browser puts the refresh token where the configuration says', options, async () => {
  await using desk = await openDesk();
  await using login = startLogin(['desktop', '--config', desk.config]);
  const url = await login.line(/^ {2}http.*\/auth\?/);
  await login.line(/Waiting for up to 10 min for the browser/);
  await logInAsPerson(url.trim());
  const { exitCode, stderr } = await login.ended;
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.equal(login.lines.at(-1), `desktop: logged in. The refresh token is in file:${desk.tokenFile}`);
  await assertTokenKept(desk, login.lines.join('\n'));
});

test('login with a code does the same', options, async () => {
  await using desk = await openDesk();
  await using login = startLogin(['device', '--config', desk.config]);
  const url = await login.line(/^ {2}http/);
  const code = await login.line(/^ {2}[A-Z]{4}-[A-Z]{4}$/);
  await logInAsPerson(url.trim(), code.trim());
  const { exitCode, stderr } = await login.ended;
  assert.deepEqual([exitCode, stderr], [0, '']);
  await assertTokenKept(desk, login.lines.join('\n'));
});

test('Ctrl-C ends a login that waits, with nothing stored', options, async () => {
  await using desk = await openDesk();
  for (const id of ['desktop', 'device']) {
    await using login = startLogin([id, '--config', desk.config]);
    await login.line(/Waiting/);
    login.interrupt();
    const { exitCode, stderr } = await login.ended;
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mailferry: INTERRUPTED: the login was interrupted by a signal: nothing was stored\n/,
    );
  }
  assert.deepEqual((await readdir(desk.folder)).sort(), ['mailferry.yaml', 'secret']);
});

test('what cannot be done is refused before anybody logs in', options, async () => {
  await using desk = await openDesk();
  for (const [args, expected] of [
    [['in-env'], /env:\.\.\., and nothing can be put there\n {2}expected file:PATH/],
    [['of-command'], /command:\.\.\., and nothing can be put there/],
    [['program'], /has client credentials: nobody has to log in/],
    [['plain'], /has a password: nobody has to log in/],
    [['nowhere'], /has no deviceUrl or authorizationUrl/],
    [['desktop', '--device'], /has no deviceUrl/],
    [['device', '--browser'], /has no authorizationUrl/],
    [['device', '--browser', '--device'], /two ways/],
    [['desktop', '--port', '0'], /from 1 to 65535/],
    [['unknown'], /ACCOUNT_UNKNOWN/],
    [[], /missing required argument/],
  ] as const) {
    const { exitCode, stdout, stderr } = await runCli(['login', ...args, '--config', desk.config]);
    assert.deepEqual([exitCode, stdout], [2, ''], stderr);
    assert.match(stderr, expected);
  }
  assert.deepEqual(desk.server.requests, []);
});

test('a port that is taken is told, and one that is given is the one', options, async () => {
  await using desk = await openDesk();
  const other = createServer();
  try {
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    const { exitCode, stderr } = await runCli(['login', 'desktop', '--port', port, '--config', desk.config]);
    assert.equal(exitCode, 2);
    assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${port} cannot be listened on: .*EADDRINUSE`));
    other.close();
    await once(other, 'close');
    await using login = startLogin(['desktop', '--port', port, '--config', desk.config]);
    assert.match(await login.line(/Waiting/), new RegExp(`127\\.0\\.0\\.1:${port} `));
  } finally {
    other.close();
  }
});

test('a token that cannot be stored is told, and not shown', options, async () => {
  await using desk = await openDesk();
  const config = (await readFile(desk.config, 'utf8')).replaceAll('./token', './absent/token');
  await writeFile(desk.config, config);
  await using login = startLogin(['desktop', '--config', desk.config]);
  await logInAsPerson((await login.line(/^ {2}http/)).trim());
  const { exitCode, stderr } = await login.ended;
  assert.equal(exitCode, 1);
  assert.match(stderr, /SECRET_UNAVAILABLE: the secret file:.*absent\/token cannot be written/);
});
