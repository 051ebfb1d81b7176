// popa3d: RFC 1939 and not a word more. No CAPA, no TLS, one mailbox file a user, one UIDL for messages of equal headers.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMbox } from './mbox.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveMailboxTo, uidOf, writeSystemAccounts } from './system-accounts.ts';

export const popa3d: RealServer = {
  name: 'popa3d',
  offers: {
    implicitTls: false,
    starttls: false,
    logins: ['USER'],
    announcesPipelining: false,
    uidls: 'shared',
  },
  cannotServe: {},
  skip: () => serverSkip('popa3d'),
  start: (options) => startServer(RECIPE, options),
};

const RECIPE: Recipe = {
  packages: 'popa3d',
  tls: false,
  prepare: writeMailboxes,
  command: ({ port }) => ['tcpserver', '-H', '-R', '-l0', '127.0.0.1', String(port), '/usr/sbin/popa3d'],
};

async function writeMailboxes({ folder, users, mailboxes, password }: Setting): Promise<void> {
  await writeSystemAccounts(folder, users, password);
  const mail = join(folder, 'var/mail');
  // It locks itself up in the second before it listens to anybody.
  for (const path of [mail, join(folder, 'var/lib/popa3d')]) await mkdir(path, { recursive: true });
  for (const user of users) {
    const file = join(mail, user);
    await writeMbox(file, mailboxes[user] ?? []);
    giveMailboxTo(uidOf(users, user), file);
  }
}
