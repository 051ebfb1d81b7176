// `mailferry login`: gets a refresh token for an account whose owner logs in with a browser, here or on another device, and puts it
// where the configuration says. The token is never shown.

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Account, OAuth2Auth, SecretRef } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { loadConfig } from '../config/load-config.ts';
import type { IssuedTokens, Secrets } from '../ports/access.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { openSecrets } from './open/open-secrets.ts';
import { watchLogin } from './login/watch-login.ts';

interface LoginFlags {
  readonly config: string;
  readonly browser?: true;
  readonly device?: true;
  readonly port: number;
}

export function addLoginCommand(program: Command): void {
  program
    .command('login')
    .description(
      'log in to a mailbox with a browser, and keep its refresh token where the configuration says',
    )
    .argument('<account>', 'the id of an account with oauth2')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--device', 'type a code in at any device; default where the provider has it')
    .option('--browser', 'use a browser on this machine')
    .option('--port <number>', 'of this machine, where the browser comes back to; default: any', toPort, 0)
    .action(async (id: string, flags: LoginFlags) => {
      await login(id, flags);
    });
}

/** @throws config-scope errors, SECRET_UNAVAILABLE, TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED, INTERRUPTED */
async function login(id: string, flags: LoginFlags): Promise<void> {
  const { accounts, ledger } = loadConfig(flags.config);
  const [account] = chooseAccounts(accounts, [id]);
  if (account === undefined) throw new Error('no account was chosen');
  const { auth, refreshToken } = loginOf(account);
  const flow = chooseFlow(account, auth, flags);
  const { secrets, close } = openSecrets();
  const watch = watchLogin();
  try {
    const clientSecret = auth.clientSecret && (await secrets.get(auth.clientSecret));
    const { tokenUrl, clientId, scope } = auth;
    const { allowPrivateNetwork } = account;
    const client = { tokenUrl, clientId, clientSecret, scope, allowPrivateNetwork };
    const say = (line: string): void => console.log(line);
    // Loaded now: no other command needs what it takes.
    const { logInWithBrowser, logInWithDevice } = await import('./login/log-in.ts');
    const tokens =
      flow.kind === 'device'
        ? await logInWithDevice({ client, deviceUrl: flow.url, say, signal: watch.signal })
        : await logInWithBrowser({
            client,
            authorizationUrl: flow.url,
            port: flags.port,
            say,
            signal: watch.signal,
          });
    await keep(account, tokens, refreshToken, secrets);
    say(`${account.id}: logged in. The refresh token is in ${refreshToken.store}:${refreshToken.locator}`);
    if (ledger.kind === 'dynamodb')
      say(`If it was suspended because of the old one: mailferry accounts resume ${account.id}`);
  } finally {
    watch.close();
    await close();
  }
}

interface Login {
  readonly auth: OAuth2Auth;
  readonly refreshToken: SecretRef;
}

function loginOf({ id, auth }: Account): Login {
  if (auth.kind !== 'oauth2' || auth.refreshToken === undefined) {
    const has = auth.kind === 'oauth2' ? 'client credentials' : 'a password';
    throw notPossible(
      `account ${id} has ${has}: nobody has to log in for it`,
      'expected auth: { oauth2: ... }',
    );
  }
  const { refreshToken } = auth;
  if (refreshToken.store === 'env' || refreshToken.store === 'command') {
    throw notPossible(
      `the refresh token of account ${id} is to come from ${refreshToken.store}:..., and nothing can be put there`,
      'expected file:PATH, secretsmanager:ID[#json-key] or ssm:/path as its auth.oauth2.refreshToken',
    );
  }
  return { auth, refreshToken };
}

interface Flow {
  readonly kind: 'device' | 'browser';
  readonly url: string;
}

function chooseFlow(
  { id }: Account,
  { deviceUrl, authorizationUrl }: OAuth2Auth,
  { browser, device }: LoginFlags,
): Flow {
  if (browser === true && device === true)
    throw notPossible('--browser and --device are two ways', 'give one of them, or none');
  if (deviceUrl !== undefined && browser !== true) return { kind: 'device', url: deviceUrl };
  if (authorizationUrl !== undefined && device !== true) return { kind: 'browser', url: authorizationUrl };
  const lacks =
    device === true ? 'deviceUrl' : browser === true ? 'authorizationUrl' : 'deviceUrl or authorizationUrl';
  throw notPossible(
    `account ${id} has no ${lacks}, so there is nowhere to log in`,
    'expected it in auth.oauth2, as its provider says; Google has no codes for devices that may read mail',
  );
}

async function keep(
  { id }: Account,
  { refreshToken }: IssuedTokens,
  ref: SecretRef,
  secrets: Secrets,
): Promise<void> {
  if (refreshToken === undefined) {
    throw new MailferryError(`the login of account ${id} was accepted, and brought no refresh token`, {
      code: 'TOKEN_REFUSED',
      scope: 'account',
      retryable: false,
      hint: 'check scope of this account: most providers want offline_access in it',
    });
  }
  const outcome = await secrets.put(ref, new Secret(refreshToken.reveal()));
  if (outcome === 'unwritable') throw new Error(`${ref.store}: takes nothing back`);
}

function notPossible(message: string, hint: string): MailferryError {
  return new MailferryError(message, { code: 'CONFIG_INVALID', scope: 'config', retryable: false, hint });
}

function toPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidArgumentError('expected a whole number from 1 to 65535');
  return port;
}
