// Sees to it that moto, the S3 server of the tests, is on this machine: fetches Debian's package and all it needs from the
// machine's own mirror into a cache folder, and unpacks them there. Never installs a package, and needs no root.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findMotoLack, MOTO_FOLDER, MOTO_MARKER, motoPython, PYTHON } from '../support/moto-presence.ts';
import { APT_GET, aptGet, runQuietly } from './apt-get.ts';

/** moto 5 is in no Debian release yet. */
const MOTO_SUITE = 'sid';
const FROM_MOTO_SUITE = [
  'moto',
  'blinker',
  'boto3',
  'botocore',
  'dateutil',
  'flask',
  'flask-cors',
  'itsdangerous',
  'jmespath',
  'jsonpath-ng',
  'responses',
  'werkzeug',
  'xmltodict',
];
/** With compiled parts, or needed by those: they must fit the machine's Python. */
const FROM_OWN_SUITE = [
  'certifi',
  'cffi-backend',
  'chardet',
  'click',
  'cryptography',
  'idna',
  'jinja2',
  'markupsafe',
  'requests',
  'six',
  'urllib3',
  'yaml',
];
const DEBIAN_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What MOTO_VARIABLE is to say: `present` or `absent:<reason>`. Says on stderr what it does. */
export function provideMoto(): string {
  const lack = findMotoLack();
  if (lack === undefined) return 'present';
  if (!existsSync(PYTHON)) return `absent:${lack}`;
  if (!existsSync(APT_GET)) return `absent:${lack}, and there is no apt-get to fetch it with`;
  process.stderr.write(`${lack}: fetching it with apt-get; nothing is installed\n`);
  try {
    const failure = fetchInto(MOTO_FOLDER);
    return failure === undefined ? 'present' : `absent:${failure}`;
  } catch (error) {
    return `absent:${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The folder appears complete or not at all, whoever else is fetching at the same time. */
function fetchInto(folder: string): string | undefined {
  const suite = ownSuite();
  const mirror = suite && mirrorOf(suite);
  if (!suite || !mirror) return 'apt knows no Debian mirror on this machine';
  mkdirSync(dirname(folder), { recursive: true });
  const workshop = mkdtempSync(`${folder}.`);
  try {
    const unpacked = join(workshop, 'unpacked');
    const failure = download(workshop, { mirror, suite }) ?? unpack(join(workshop, 'debs'), unpacked);
    if (failure !== undefined) return failure;
    const version = versionIn(unpacked);
    if (!version.startsWith('5.')) return `moto 5 is needed, this one is ${version}`;
    writeFileSync(join(unpacked, MOTO_MARKER), `${version}\n`);
    if (findMotoLack() !== undefined) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(unpacked, folder);
    }
    return undefined;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** With lists and caches of its own: the machine's are left alone. */
function download(
  workshop: string,
  { mirror, suite }: { mirror: string; suite: string },
): string | undefined {
  const folder = (name: string): string => join(workshop, name);
  for (const name of ['sources', 'lists/partial', 'cache/archives/partial', 'debs'])
    mkdirSync(folder(name), { recursive: true });
  const stanza = ['Types: deb', `URIs: ${mirror}`, `Suites: ${suite} ${MOTO_SUITE}`, 'Components: main'];
  if (existsSync(DEBIAN_KEYS)) stanza.push(`Signed-By: ${DEBIAN_KEYS}`);
  writeFileSync(folder('sources/moto.sources'), `${stanza.join('\n')}\n`);
  const options = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${folder('sources')}`,
    `Dir::State::lists=${folder('lists')}`,
    `Dir::Cache=${folder('cache')}`,
    // The user that root would hand the download to may not write here.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ].flatMap((option) => ['-o', option]);
  const packages = [
    ...FROM_MOTO_SUITE.map((name) => `python3-${name}/${MOTO_SUITE}`),
    ...FROM_OWN_SUITE.map((name) => `python3-${name}/${suite}`),
  ];
  return aptGet([...options, 'update']) ?? aptGet([...options, 'download', ...packages], folder('debs'));
}

function unpack(debs: string, into: string): string | undefined {
  for (const deb of globSync(join(debs, '*.deb'))) {
    const failure = runQuietly('/usr/bin/dpkg', ['-x', deb, into]);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** moto's version, or why it cannot be loaded. */
function versionIn(folder: string): string {
  const { args, env } = motoPython(folder);
  const program = 'import moto.server; print(moto.__version__)';
  const { stdout, stderr } = spawnSync(PYTHON, [...args, '-c', program], { env, encoding: 'utf8' });
  return stdout.trim() || `broken: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

function ownSuite(): string | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID=debian$/m.test(release) ? /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] : undefined;
}

/** Where apt gets this suite from, however its sources are written. */
function mirrorOf(suite: string): string | undefined {
  const { stdout } = spawnSync(
    APT_GET,
    ['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  const line = stdout.split('\n').find((line) => line.endsWith(` ${suite} main`));
  return line?.split(' ')[0];
}
