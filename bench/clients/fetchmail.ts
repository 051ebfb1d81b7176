// fetchmail, into one file of SMTP commands: the fastest way it has without a mail server. Adds lines to each message.

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writePrivate, type Client, type Target } from './client.ts';
import { lackOf } from './installed.ts';

export const fetchmail: Client = {
  name: 'fetchmail',
  isSequential: true,
  fidelity: 'count',
  lack: () => lackOf('fetchmail'),
  prepare: async (folder, target) => {
    const config = await writePrivate(folder, 'rc', configOf(folder, target));
    const files = ['--idfile', join(folder, 'ids'), '--pidfile', join(folder, 'pid')];
    return {
      program: 'fetchmail',
      args: ['-f', config, '-s', '--nosyslog', ...files],
      env: { FETCHMAILHOME: folder },
    };
  },
  stored: async function* (folder) {
    const lines = createInterface({ input: createReadStream(join(folder, 'mail'), 'latin1') });
    for await (const line of lines) {
      if (line.startsWith('MAIL FROM')) yield Buffer.alloc(0);
    }
  },
};

function configOf(folder: string, { host, port, user, password, caFile }: Target): string {
  const tls =
    caFile === undefined ? "sslproto ''" : `ssl sslcertck sslcommonname localhost sslcertfile ${caFile}`;
  return `set no bouncemail
set no syslog
poll ${host} service ${port} protocol POP3 uidl timeout 600 auth password
  user ${user} password ${password} keep no rewrite no mimedecode ${tls}
  bsmtp ${join(folder, 'mail')}
`;
}
