// Cyrus: both kinds of TLS and the most ways to log in, with channel binding too. Its mailboxes are made by its own tools.

import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LoadedMessage } from '../maildir.ts';
import { AS_NOBODY, runInView } from './private-view.ts';
import { HOST } from './real-server.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, NOBODY_UID, writeSystemAccounts } from './system-accounts.ts';

export const cyrus: RealServer = {
  name: 'cyrus',
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
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-256-PLUS',
    ],
    announcesPipelining: true,
  },
  cannotServe: {},
  skip: () => serverSkip('cyrus'),
  start: (options) => startServer(RECIPE, options),
};

const RECIPE: Recipe = {
  packages: 'cyrus',
  tls: true,
  prepare,
  command: () => [
    ...AS_NOBODY,
    ...'/usr/sbin/cyrmaster -C /srv/imapd.conf -M /srv/cyrus.conf -p /srv/pid -D'.split(' '),
  ],
  finish: fillMailboxes,
};

async function prepare(setting: Setting): Promise<void> {
  const { folder, view, users, password } = setting;
  await writeSystemAccounts(folder, [], password);
  for (const name of ['conf', 'spool', 'run/socket', 'run/proc', 'run/lock'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'imapd.conf'), configuration(setting));
  await writeFile(join(folder, 'cyrus.conf'), services(setting));
  const setPassword = `printf %s "$0" | saslpasswd2 -p -c -f /srv/sasldb2 -u localhost "$1"`;
  for (const user of users) await runInView(view, ['/bin/sh', '-c', setPassword, password, user]);
  giveTo(NOBODY_UID, folder);
}

/** A mailbox is made by its user's first login; then messages can be put into its folder, and counted in. */
async function fillMailboxes(setting: Setting): Promise<void> {
  const { folder, users, mailboxes } = setting;
  for (const user of users) await logInOnce(setting, user);
  const names = users.map((user) => `user/${user}`);
  const paths = (await tool(setting, 'mbpath', ...names)).trim().split('\n');
  for (const [index, user] of users.entries()) {
    const mailbox = join(folder, (paths[index] ?? '').replace(/^\/srv/, ''));
    for (const [number, message] of (mailboxes[user] ?? []).entries())
      await writeFile(join(mailbox, `${number + 1}.`), withCrlf(message.bytes));
    giveTo(NOBODY_UID, mailbox);
  }
  await tool(setting, 'reconstruct', ...names);
}

async function logInOnce({ port, password }: Setting, user: string): Promise<void> {
  const socket = connect(port, HOST);
  try {
    await once(socket, 'connect');
    socket.write(`USER ${user}\r\nPASS ${password}\r\nQUIT\r\n`);
    const answers = await text(socket);
    if (answers.match(/^\+OK/gm)?.length !== 4) throw new Error(`no first login: ${answers}`);
  } finally {
    socket.destroy();
  }
}

/** Its spool holds CRLF. */
function withCrlf(bytes: LoadedMessage['bytes']): Buffer {
  const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : [...bytes]);
  return Buffer.from(whole.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

async function tool({ view }: Setting, name: string, ...args: readonly string[]): Promise<string> {
  const program = `/usr/lib/cyrus/bin/${name}`;
  return await runInView(view, [...AS_NOBODY, program, '-C', '/srv/imapd.conf', ...args]);
}

function services({ port, tlsPort }: Setting): string {
  const pop3d = '/usr/lib/cyrus/bin/pop3d -C /srv/imapd.conf';
  return `START {
  recover cmd="/usr/sbin/cyrus ctl_cyrusdb -C /srv/imapd.conf -r"
}
SERVICES {
  pop3 cmd="${pop3d}" listen="127.0.0.1:${port}" prefork=0 maxchild=100 proto="tcp4"
  pop3s cmd="${pop3d} -s" listen="127.0.0.1:${tlsPort}" prefork=0 maxchild=100 proto="tcp4"
}
EVENTS {
}
`;
}

function configuration({ settings }: Setting): string {
  return `configdirectory: /srv/conf
defaultpartition: default
partition-default: /srv/spool
proc_path: /srv/run/proc
mboxname_lockpath: /srv/run/lock
lmtpsocket: /srv/run/socket/lmtp
idlesocket: /srv/run/socket/idle
notifysocket: /srv/run/socket/notify
cyrus_user: nobody
cyrus_group: nogroup
admins: admin
allowplaintext: yes
allowapop: yes
popuseacl: no
popsubfolders: no
poptimeout: 10
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /srv/sasldb2
sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS
autocreate_quota: 0
autocreate_post: no
virtdomains: no
unixhierarchysep: yes
altnamespace: yes
servername: localhost
tls_server_cert: /srv/tls/server.crt
tls_server_key: /srv/tls/server.key
tls_client_ca_file: /srv/tls/ca.crt
tls_versions: tls1_2 tls1_3
tls_session_timeout: 0
${settings.join('\n')}
`;
}
