// Sees to it that the real POP3 servers of the interop tests are on this machine: fetches Debian's packages, with all they
// need, into a cache folder and unpacks them there. Never installs a package, and starts none.

import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  findNamespaceLack,
  findServerLack,
  SERVER_MARKER,
  PACKAGED_SERVERS,
  SERVER_PACKAGES,
  SERVERS_FOLDER,
  SUPPORTED_SUITE,
  unpackedFolder,
} from '../support/servers/server-packages.ts';
import type { LackByServer, PackagedServer } from '../support/servers/server-packages.ts';
import { APT_GET, aptGet, runQuietly } from './apt-get.ts';

/** What SERVERS_VARIABLE is to say: for each server that cannot be had, the reason. Says on stderr what it does. */
export function providePop3Servers(): string {
  const missing = PACKAGED_SERVERS.filter((server) => findServerLack(server) !== undefined);
  const reason = missing.length === 0 ? undefined : (findNamespaceLack() ?? findAptLack());
  if (reason !== undefined) return JSON.stringify(Object.fromEntries(missing.map((name) => [name, reason])));
  if (missing.length > 0) fetchAll(missing);
  return JSON.stringify(lacks());
}

const failures = new Map<PackagedServer, string>();

function lacks(): LackByServer {
  const entries = PACKAGED_SERVERS.map((server) => [server, findServerLack(server)] as const);
  return Object.fromEntries(
    entries
      .filter(([, lack]) => lack !== undefined)
      .map(([server, lack]) => [server, failures.get(server) ?? lack]),
  );
}

function findAptLack(): string | undefined {
  if (!existsSync(APT_GET)) return 'there is no apt-get to fetch it with';
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'none';
  return suite === SUPPORTED_SUITE ? undefined : `Debian ${SUPPORTED_SUITE} is needed, this is ${suite}`;
}

function fetchAll(servers: readonly PackagedServer[]): void {
  process.stderr.write(`fetching POP3 servers with apt-get (${servers.join(', ')}); none is installed\n`);
  mkdirSync(SERVERS_FOLDER, { recursive: true });
  const workshop = mkdtempSync(join(SERVERS_FOLDER, 'fetching.'));
  try {
    for (const name of ['lists/partial', 'cache']) mkdirSync(join(workshop, name), { recursive: true });
    const stale = aptGet([...ownState(workshop), 'update']);
    for (const server of servers) {
      const failure = stale ?? fetchServer(server, workshop);
      if (failure !== undefined) failures.set(server, failure);
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** The folder appears complete or not at all, whoever else is fetching at the same time. */
function fetchServer(server: PackagedServer, workshop: string): string | undefined {
  const debs = join(workshop, server, 'debs');
  const unpacked = join(workshop, server, 'unpacked');
  mkdirSync(join(debs, 'partial'), { recursive: true });
  const options = [...ownState(workshop), '-o', `Dir::Cache::archives=${debs}`];
  // Whatever conflicts with it here does not matter: this only works out what the server needs, and downloads that.
  const install = ['install', '--download-only', '--reinstall', '-y', '--no-install-recommends'];
  const failure = aptGet([...options, ...install, ...SERVER_PACKAGES[server]]) ?? unpack(debs, unpacked);
  if (failure !== undefined) return failure;
  writeFileSync(join(unpacked, SERVER_MARKER), '');
  if (findServerLack(server) === undefined) return undefined;
  rmSync(unpackedFolder(server), { recursive: true, force: true });
  renameSync(unpacked, unpackedFolder(server));
  return undefined;
}

/** Lists and caches of its own: the machine's are left alone, and may be empty. */
function ownState(workshop: string): string[] {
  return [
    `Dir::State::lists=${join(workshop, 'lists')}`,
    `Dir::Cache=${join(workshop, 'cache')}`,
    // The user that root would hand the download to may not write here.
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
}

function unpack(debs: string, into: string): string | undefined {
  mkdirSync(join(into, 'etc'), { recursive: true });
  for (const deb of globSync(join(debs, '*.deb'))) {
    const failure = runQuietly('/usr/bin/dpkg', ['-x', deb, into]);
    if (failure !== undefined) return failure;
  }
  // Where a machine has links into /usr: so that everything lies where its /usr is overlaid.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const folder = join(into, name);
    if (!existsSync(folder)) continue;
    cpSync(folder, join(into, 'usr', name), { recursive: true, verbatimSymlinks: true });
    rmSync(folder, { recursive: true });
  }
  return undefined;
}
