// Dovecot with every way to log in that it has, access tokens too. Also what the proxies stand in front of.

import { createHmac } from 'node:crypto';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dovecotConfig, passwordFile } from '../dovecot-config.ts';
import { DOVECOT_BINARY, dovecotSkip } from '../dovecot-presence.ts';
import { writeMaildir } from '../maildir.ts';
import { AS_NOBODY } from './private-view.ts';
import type { RealServer, RunningServer, StartOptions } from './real-server.ts';
import { findNamespaceLack } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, NOBODY_UID, writeSystemAccounts } from './system-accounts.ts';

export const dovecot: RealServer = {
  name: 'dovecot',
  offers: {
    implicitTls: true,
    starttls: true,
    logins: [
      'USER',
      'APOP',
      'PLAIN',
      'LOGIN',
      'CRAM-MD5',
      'SCRAM-SHA-1',
      'SCRAM-SHA-256',
      'XOAUTH2',
      'OAUTHBEARER',
    ],
    announcesPipelining: true,
  },
  cannotServe: {},
  skip: () => dovecotSkip() || (findNamespaceLack() ?? false),
  start,
};

async function start(options: StartOptions): Promise<RunningServer> {
  const server = await startServer(RECIPE, options);
  return { ...server, accessToken };
}

const RECIPE: Recipe = {
  packages: undefined,
  tls: true,
  prepare,
  command: () => [...AS_NOBODY, DOVECOT_BINARY, '-F', '-c', '/srv/dovecot.conf'],
};

async function prepare(setting: Setting): Promise<void> {
  const { folder, port, tlsPort, users, password, mailboxes } = setting;
  const [user = 'nobody', ...otherUsers] = users;
  const ids = { uid: NOBODY_UID, gid: NOBODY_UID };
  const account = { user, otherUsers, password };
  const settings = {
    folder: '/srv',
    port,
    tlsPort,
    ...account,
    tls: 'yes',
    lockSessions: false,
    ...ids,
  } as const;
  await writeSystemAccounts(folder, [], password);
  for (const name of ['run', 'state', KEYS]) await mkdir(join(folder, name), { recursive: true });
  for (const name of ['server.crt', 'server.key']) await cp(join(folder, 'tls', name), join(folder, name));
  await writeFile(join(folder, 'passwd'), passwordFile(settings));
  await writeFile(join(folder, 'dovecot.conf'), dovecotConfig(settings) + MORE + setting.settings.join('\n'));
  await writeFile(join(folder, 'oauth2.conf'), TOKENS);
  await writeFile(join(folder, KEYS, 'default'), Buffer.from(TOKEN_KEY).toString('base64'));
  for (const name of users) await writeMaildir(join(folder, 'mail', name, 'Maildir'), mailboxes[name] ?? []);
  giveTo(NOBODY_UID, folder);
}

/** Behind the settings of every Dovecot of the tests, and instead of them. */
const MORE = `
auth_mechanisms = plain login apop cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /srv/oauth2.conf
}
`;

/** Tokens are validated by their signature alone, with the key below KEYS. */
const TOKENS = `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/srv/keys/
username_attribute = sub
`;
const KEYS = 'keys/default/HS256';
const TOKEN_KEY = 'a key that signs tokens in tests';

/** A JSON Web Token (RFC 7519) good for an hour. */
function accessToken(user: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: user, iat: now - 5, exp: now + 3600 };
  const encoded = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = createHmac('sha256', TOKEN_KEY).update(encoded.join('.')).digest('base64url');
  return [...encoded, signature].join('.');
}
