// Twisted's POP3 server: TLS from the first octet only, CRAM-MD5, sizes that count a line end as one octet.

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AS_NOBODY } from './private-view.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, NOBODY_UID } from './system-accounts.ts';

export const twisted: RealServer = {
  name: 'twisted',
  offers: { implicitTls: true, starttls: false, logins: ['USER', 'CRAM-MD5'], announcesPipelining: false },
  cannotServe: { 'zero-octets': 'it takes a message of no octets for a deleted one' },
  skip: () => serverSkip('twisted'),
  start: (options) => startServer(RECIPE, options),
};

const PROGRAM = join(import.meta.dirname, 'twisted-server.py');

const RECIPE: Recipe = {
  packages: 'twisted',
  tls: true,
  prepare,
  command: ({ port, tlsPort, password }) => [
    '/usr/bin/env',
    `POP3_PASSWORD=${password}`,
    ...AS_NOBODY,
    ...`/usr/bin/python3 /srv/server.py ${port} ${tlsPort} /srv/tls/server.crt /srv/tls/server.key /srv/mail`.split(
      ' ',
    ),
  ],
};

async function prepare({ folder, mailboxes }: Setting): Promise<void> {
  await copyFile(PROGRAM, join(folder, 'server.py'));
  for (const [user, messages] of Object.entries(mailboxes)) {
    const mail = join(folder, 'mail', user);
    await mkdir(mail, { recursive: true });
    for (const [index, { bytes }] of messages.entries())
      await writeFile(join(mail, `${String(index).padStart(5, '0')}.eml`), bytes);
  }
  giveTo(NOBODY_UID, folder);
}
