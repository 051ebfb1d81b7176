// The accounts that servers see which log in users of the system: /etc/passwd and its kin, of a view of their own.
// Never the machine's.

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of the first user; each further one has the next. */
const FIRST_UID = 20_001;
/** Identities that the servers themselves run as, all of them without a password. */
const DAEMONS = { nobody: 65_534, popa3d: 20_101, spop3d: 20_102, courier: 20_103, inetsim: 20_104 } as const;
const MAIL_GID = 8;
const PAM_SERVICES = ['popa3d', 'solid-pop3d', 'mu-pop3d', 'pop3d', 'other'] as const;

/** Writes `etc` of the folder. Every user has the same password, and a home `/srv/home/NAME` that is not made here. */
export async function writeSystemAccounts(
  folder: string,
  users: readonly string[],
  password: string,
): Promise<void> {
  const etc = join(folder, 'etc');
  await mkdir(join(etc, 'pam.d'), { recursive: true });
  const daemons = Object.entries(DAEMONS);
  const people = users.map((name) => [name, uidOf(users, name)] as const);
  await writeLines(join(etc, 'passwd'), [
    'root:x:0:0::/root:/bin/sh',
    ...daemons.map(([name, id]) => `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin`),
    ...people.map(([name, id]) => `${name}:x:${id}:${id}::/srv/home/${name}:/bin/sh`),
  ]);
  await writeLines(join(etc, 'group'), [
    'root:x:0:',
    'nogroup:x:65534:',
    `mail:x:${MAIL_GID}:`,
    ...[...daemons.slice(1), ...people].map(([name, id]) => `${name}:x:${id}:`),
  ]);
  const hash = hashOf(password);
  const shadow = [
    ...['root', ...daemons.map(([name]) => name)].map((name) => `${name}:*:19000:0:99999:7:::`),
    ...people.map(([name]) => `${name}:${hash}:19000:0:99999:7:::`),
  ];
  await writeLines(join(etc, 'shadow'), shadow, 0o600);
  for (const service of PAM_SERVICES) await writeLines(join(etc, 'pam.d', service), PAM);
}

export function uidOf(users: readonly string[], name: string): number {
  return FIRST_UID + users.indexOf(name);
}

/** Hands a file or a whole folder over. @param group default: the same number */
export function giveTo(uid: number, path: string, group: number = uid): void {
  execFileSync('chown', ['-R', `${uid}:${group}`, path]);
}

/** Hands a mailbox file over, as the system's mail group expects it. */
export function giveMailboxTo(uid: number, path: string): void {
  giveTo(uid, path, MAIL_GID);
}

export const NOBODY_UID = DAEMONS.nobody;
export const INETSIM_GID = DAEMONS.inetsim;

/** pam_unix delays a refusal by two seconds unless told otherwise: nobody guesses passwords here. */
const PAM = [
  'auth required pam_unix.so nodelay',
  'account required pam_unix.so',
  'session required pam_permit.so',
];

/** Perl is on every Debian, and Node has no crypt(3). */
function hashOf(password: string): string {
  const program = 'print crypt($ARGV[0], q($6$mailferry))';
  return execFileSync('/usr/bin/perl', ['-e', program, password], { encoding: 'utf8' });
}

async function writeLines(path: string, lines: readonly string[], mode = 0o644): Promise<void> {
  await writeFile(path, lines.map((line) => `${line}\n`).join(''), { mode });
}
