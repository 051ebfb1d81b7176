// Whether this machine can run the tests against a real S3 server (moto, Debian's python3-moto), and in words why not.
// Never fetches anything: the runner does that.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Debian's own: the fetched modules are built for it. */
export const PYTHON = '/usr/bin/python3';

/** Where the runner unpacks moto and all it needs: a folder beside the machine's packages, not among them. */
export const MOTO_FOLDER = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'mailferry-test',
  'moto-5',
);

/** Written last. Another name whenever packages are added, so that an older folder is fetched again. */
export const MOTO_MARKER = 'complete-2';

/** Set by the runner to `present` or `absent:<reason>`, so that every test file gives the same answer. */
export const MOTO_VARIABLE = 'MAILFERRY_MOTO';

/** Skip reasons that begin with this are failures under MAILFERRY_REQUIRE_INTEROP=1. */
export const NO_MOTO = 'no S3 server: ';

/** For `{ skip }`: `false` where moto is there, else the reason. */
export function motoSkip(): string | false {
  const told = process.env[MOTO_VARIABLE];
  if (told === 'present') return false;
  if (told?.startsWith('absent:') === true) return NO_MOTO + told.slice('absent:'.length);
  const lack = findMotoLack();
  return lack === undefined ? false : NO_MOTO + lack;
}

/** What is missing on this machine, or `undefined` when nothing is. */
export function findMotoLack(): string | undefined {
  if (!existsSync(PYTHON)) return `${PYTHON} is not installed`;
  return existsSync(join(MOTO_FOLDER, MOTO_MARKER)) ? undefined : `moto is not in ${MOTO_FOLDER}`;
}

/** Runs Python with the folder's modules and its own, and with none of the machine's. */
export function motoPython(folder: string = MOTO_FOLDER): {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
} {
  return {
    args: ['-S'],
    env: {
      PATH: '/usr/bin:/bin',
      PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
      PYTHONUNBUFFERED: '1',
    },
  };
}
