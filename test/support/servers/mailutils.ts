// GNU mailutils' pop3d: both kinds of TLS, APOP, one session at a time, capabilities that are no words of RFC 2449, and
// UIDLs that it writes into the messages.

import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMaildir } from '../maildir.ts';
import { runInView } from './private-view.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, uidOf, writeSystemAccounts } from './system-accounts.ts';

export const mailutils: RealServer = {
  name: 'mailutils',
  offers: { implicitTls: true, starttls: true, logins: ['USER', 'APOP'], announcesPipelining: true },
  cannotServe: {},
  skip: () => serverSkip('mailutils'),
  start: (options) => startServer(RECIPE, options),
};

const RECIPE: Recipe = {
  packages: 'mailutils',
  tls: true,
  prepare,
  command: () => ['/usr/sbin/pop3d', '--no-config', '--config-file=/srv/pop3d.conf'],
};

async function prepare(setting: Setting): Promise<void> {
  const { folder, view, users, mailboxes, password } = setting;
  await writeSystemAccounts(folder, users, password);
  for (const name of ['apop', 'locks', 'home', 'var/mail'])
    await mkdir(join(folder, name), { recursive: true });
  await chmod(join(folder, 'locks'), 0o1777);
  // It takes no key that others may read.
  await copyFile(join(folder, 'tls/server.key'), join(folder, 'own.key'));
  await chmod(join(folder, 'own.key'), 0o600);
  await writeFile(join(folder, 'pop3d.conf'), configuration(setting));
  for (const user of users) {
    const home = join(folder, 'home', user);
    await writeMaildir(join(home, 'Maildir'), mailboxes[user] ?? []);
    giveTo(uidOf(users, user), home);
    await runInView(view, ['popauth', '-a', '-f', APOP_FILE, '-u', user, '-p', password]);
  }
}

const APOP_FILE = 'gdbm:///srv/apop/apop.db';

function configuration({ port, tlsPort, settings }: Setting): string {
  return `mode daemon; foreground yes; max-children 64; timeout 600; pidfile "/srv/pop3d.pid";
auth { authentication clear; authentication pam; authorization clear; authorization system; };
pam { service mu-pop3d; };
mailbox { mailbox-pattern "maildir:/srv/home/\${user}/Maildir"; };
logging { syslog no; };
apop-database-file "${APOP_FILE}"; apop-database-owner root; apop-database-safety none;
stat-file "/srv/stat.db";
mandatory-locking { enable yes; lock-directory "/srv/locks"; };
tls-file-checks { key-file none; cert-file none; ca-file none; };
tls { ssl-certificate-file "/srv/tls/server.crt"; ssl-key-file "/srv/own.key"; };
tcp-wrappers { enable no; };
server 127.0.0.1:${port} { tls-mode ondemand; };
server 127.0.0.1:${tlsPort} { tls-mode connection; };
${settings.join('\n')}
`;
}
