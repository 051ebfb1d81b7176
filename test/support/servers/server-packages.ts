// The real POP3 servers of the interop tests: which Debian packages each needs, where they lie, and in words what is missing.
// Never fetches anything: the runner does that. Nothing of them is installed, so they cannot conflict with each other.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** By server: its packages. What they depend on, and the machine has not, is fetched with them. */
export const SERVER_PACKAGES = {
  courier: ['courier-pop', 'courier-authlib-userdb'],
  cyrus: ['cyrus-pop3d', 'sasl2-bin', 'libsasl2-modules', 'libsasl2-modules-db'],
  popa3d: ['popa3d', 'ucspi-tcp'],
  'solid-pop3d': ['solid-pop3d', 'ucspi-tcp'],
  mailutils: ['mailutils-pop3d'],
  twisted: ['python3-twisted', 'python3-openssl', 'python3-service-identity'],
  inetsim: ['inetsim', 'libio-socket-ssl-perl', 'libdigest-sha-perl'],
  perdition: ['perdition'],
  nginx: ['nginx-core', 'libnginx-mod-mail'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Unpacked, not installed. */
export type PackagedServer = keyof typeof SERVER_PACKAGES;

export type ServerName = PackagedServer | 'dovecot';

export const PACKAGED_SERVERS = Object.keys(SERVER_PACKAGES) as readonly PackagedServer[];

/** One folder a server below it. Another name whenever the list above changes. */
export const SERVERS_FOLDER = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'mailferry-test',
  'pop3-servers-1',
);

/** Written last into a server's folder. */
export const SERVER_MARKER = 'complete';

/** Set by the runner: a JSON object with, for each server that cannot be had, the reason. */
export const SERVERS_VARIABLE = 'MAILFERRY_POP3_SERVERS';

/** The Debian release whose servers the tests know. */
export const SUPPORTED_SUITE = 'bookworm';

/** The root of a server's unpacked packages: `usr`, `etc`. */
export function unpackedFolder(server: PackagedServer): string {
  return join(SERVERS_FOLDER, server);
}

/** For `{ skip }`: `false` where the server can be started, else the reason. */
export function serverSkip(server: PackagedServer): string | false {
  const told = process.env[SERVERS_VARIABLE];
  const lack = told === undefined ? findServerLack(server) : (JSON.parse(told) as LackByServer)[server];
  return lack === undefined ? false : `${server} is not installed: ${lack}`;
}

export type LackByServer = { readonly [server in PackagedServer]?: string };

/** Why no such server can be started on this machine, or `undefined` when it can. */
export function findServerLack(server: PackagedServer): string | undefined {
  const lack = findNamespaceLack();
  if (lack !== undefined) return lack;
  const folder = unpackedFolder(server);
  return existsSync(join(folder, SERVER_MARKER)) ? undefined : `its packages are not in ${folder}`;
}

let namespaceLack: { readonly reason: string | undefined } | undefined;

/** The servers change their identity and have fixed paths: that takes root, and a view of the file system for each. */
export function findNamespaceLack(): string | undefined {
  namespaceLack ??= { reason: probeNamespaces() };
  return namespaceLack.reason;
}

function probeNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'it runs on Linux only';
  if (process.getuid?.() !== 0) return 'it needs root, to start in a file system of its own';
  const script = 'mount -t overlay -o lowerdir=/mnt:/usr overlay /usr';
  const flags = ['--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const { status, stderr, error } = spawnSync('/usr/bin/unshare', [...flags, '/bin/sh', '-c', script], {
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return `this machine allows no private mounts: ${error?.message ?? stderr.trim()}`;
}
