// INetSim: a simulator that lets anybody in and draws its mail from a file. One mailbox for all users, and most of its
// answers in an order of the moment.

import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedMessage } from '../maildir.ts';
import { noOddMail } from './matrix-mail.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, INETSIM_GID, NOBODY_UID, writeSystemAccounts } from './system-accounts.ts';

export const inetsim: RealServer = {
  name: 'inetsim',
  offers: {
    implicitTls: true,
    starttls: true,
    logins: ['USER', 'APOP', 'PLAIN', 'LOGIN', 'CRAM-MD5'],
    announcesPipelining: false,
    uidls: 'growing',
    keepsDeleted: true,
  },
  cannotServe: noOddMail('it makes over what it serves, and byte-stuffs no line but a single dot'),
  skip: () => serverSkip('inetsim'),
  start: (options) => startServer(RECIPE, options),
};

const COMMAND =
  '/usr/bin/perl -T /usr/bin/inetsim --config /srv/inetsim.conf --data-dir /srv/data --log-dir /srv/log ' +
  '--report-dir /srv/report --pidfile /srv/pid --bind-address 127.0.0.1';

const RECIPE: Recipe = {
  packages: 'inetsim',
  tls: true,
  prepare,
  command: () => COMMAND.split(' '),
};

async function prepare({ folder, port, tlsPort, mailboxes, settings }: Setting): Promise<void> {
  await writeSystemAccounts(folder, [], '');
  for (const name of ['log', 'report', 'data/pop3', 'data/certs'])
    await mkdir(join(folder, name), { recursive: true });
  await cp(join(folder, 'tls/server.key'), join(folder, 'data/certs/default_key.pem'));
  await cp(join(folder, 'tls/server.crt'), join(folder, 'data/certs/default_cert.pem'));
  const messages = Object.values(mailboxes)[0] ?? [];
  // What it draws from, if a test lets it draw; and what it would have drawn for a start: everything.
  await writeFile(join(folder, 'data/pop3/sample.mbox'), mailboxFile(messages));
  for (const name of ['pop3', 'pop3s'])
    await writeFile(join(folder, `data/pop3/${name}.session`), mailboxFile(messages));
  await writeFile(join(folder, 'inetsim.conf'), configuration(port, tlsPort, settings));
  for (const name of ['data', 'log', 'report']) {
    giveTo(NOBODY_UID, join(folder, name), INETSIM_GID);
    await chmod(join(folder, name), 0o775);
  }
  await chmod(join(folder, 'data/pop3'), 0o775);
}

/** As it writes the file itself when a session ends: otherwise every UIDL changes with the first one. */
function mailboxFile(messages: readonly LoadedMessage[]): string {
  const parts = messages.map(({ bytes }) => {
    const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : [...bytes]);
    const [header = '', ...body] = whole.toString('latin1').replaceAll('\r\n', '\n').split('\n\n');
    return `From unknown\n${header}\r\n\n${body.join('\n\n').trimEnd()}\r\n\n\n`;
  });
  return parts.join('');
}

/** It draws the mail anew for a login when the last draw is so many seconds ago, and takes every draw for one of 1970. */
const NEVER = 4_000_000_000;

function configuration(port: number, tlsPort: number, settings: readonly string[]): string {
  const given = new Set(settings.map(optionOf));
  const lines = [
    'start_service pop3',
    'start_service pop3s',
    'service_bind_address 127.0.0.1',
    'service_run_as_user nobody',
    `pop3_bind_port ${port}`,
    `pop3s_bind_port ${tlsPort}`,
    ...['pop3', 'pop3s'].flatMap(serviceLines),
  ];
  // It takes no option twice.
  return [...lines.filter((line) => !given.has(optionOf(line))), ...settings, ''].join('\n');
}

function optionOf(line: string): string {
  return line.split(' ')[0] ?? '';
}

function serviceLines(name: string): string[] {
  const capabilities = ['TOP', 'USER', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'EXPIRE 0', 'STLS'];
  return [
    `${name}_enable_apop yes`,
    `${name}_auth_reversibleonly no`,
    `${name}_enable_capabilities yes`,
    `${name}_mbox_rebuild ${NEVER}`,
    ...[...capabilities, 'SASL PLAIN LOGIN CRAM-MD5'].map((words) => `${name}_capability ${words}`),
  ];
}
