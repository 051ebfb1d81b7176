// Solid POP3: no CAPA and no TLS, but APOP. Numbers the messages of a Maildir in the order the disk gives them.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMaildir } from '../maildir.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, uidOf, writeSystemAccounts } from './system-accounts.ts';

const DAMAGED = 'it refuses the whole mailbox for a message that does not end in a line feed';

export const solidPop3d: RealServer = {
  name: 'solid-pop3d',
  offers: { implicitTls: false, starttls: false, logins: ['USER'], announcesPipelining: false },
  cannotServe: {
    'no-final-newline': DAMAGED,
    'dot-last-without-newline': DAMAGED,
    'ends-in-bare-cr': DAMAGED,
    'one-octet': DAMAGED,
  },
  skip: () => serverSkip('solid-pop3d'),
  start: (options) => startServer(RECIPE, options),
};

const RECIPE: Recipe = {
  packages: 'solid-pop3d',
  tls: false,
  prepare: writeMailboxes,
  command: ({ port }) =>
    `tcpserver -H -R -l0 127.0.0.1 ${port} /usr/sbin/solid-pop3d -f /srv/spop3d.conf`.split(' '),
};

async function writeMailboxes({ folder, users, mailboxes, password, settings }: Setting): Promise<void> {
  await writeSystemAccounts(folder, users, password);
  await writeFile(join(folder, 'spop3d.conf'), configuration(settings));
  for (const user of users) {
    const home = join(folder, 'home', user);
    await mkdir(home, { recursive: true });
    await writeMaildir(join(home, 'Maildir'), mailboxes[user] ?? []);
    giveTo(uidOf(users, user), home);
  }
}

function configuration(settings: readonly string[]): string {
  return `<Global>
	MailDropName	"/srv/home/%s/Maildir"
	MailDropType	maildir
	LogStatistics	no
	UserOverride	no
	AddBulletins	no
	CreateMailDrop	no
${settings.map((line) => `\t${line}\n`).join('')}</Global>
`;
}
