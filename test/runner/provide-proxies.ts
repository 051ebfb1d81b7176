// Sees to it that the real proxies of the interop tests are on this machine: fetches Debian's packages into a cache folder and
// unpacks them there. Never installs a package, and starts none.

import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProxiesLack, PROXIES_FOLDER, PROXY_PACKAGES } from '../support/real-proxies-presence.ts';
import { APT_GET, aptGet, runQuietly } from './apt-get.ts';

/** What PROXIES_VARIABLE is to say: `present` or `absent:<reason>`. Says on stderr what it does. */
export function provideProxies(): string {
  const lack = findProxiesLack();
  if (lack === undefined) return 'present';
  if (!existsSync(APT_GET)) return `absent:${lack}, and there is no apt-get to fetch it with`;
  process.stderr.write(
    `${lack}: fetching ${PROXY_PACKAGES.join(' and ')} with apt-get; nothing is installed\n`,
  );
  const failure = fetchInto(PROXIES_FOLDER);
  const still = findProxiesLack();
  return still === undefined ? 'present' : `absent:${failure ?? still}`;
}

/** The folder appears complete or not at all, whoever else is fetching at the same time. */
function fetchInto(folder: string): string | undefined {
  mkdirSync(dirname(folder), { recursive: true });
  const workshop = mkdtempSync(`${folder}.`);
  try {
    const unpacked = join(workshop, 'unpacked');
    for (const name of ['lists/partial', 'cache/archives/partial', 'debs', 'unpacked'])
      mkdirSync(join(workshop, name), { recursive: true });
    const failure = download(workshop) ?? unpack(join(workshop, 'debs'), unpacked);
    if (failure !== undefined) return failure;
    if (findProxiesLack() === undefined) return undefined;
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
    return undefined;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** With lists and caches of its own: the machine's are left alone, and may be empty. */
function download(workshop: string): string | undefined {
  const options = [
    `Dir::State::lists=${join(workshop, 'lists')}`,
    `Dir::Cache=${join(workshop, 'cache')}`,
    // The user that root would hand the download to may not write here.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ].flatMap((option) => ['-o', option]);
  return (
    aptGet([...options, 'update']) ??
    aptGet([...options, 'download', ...PROXY_PACKAGES], join(workshop, 'debs'))
  );
}

function unpack(debs: string, into: string): string | undefined {
  for (const deb of globSync(join(debs, '*.deb'))) {
    const failure = runQuietly('/usr/bin/dpkg', ['-x', deb, into]);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
