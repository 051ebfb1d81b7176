// Sees to it that AWS's Lambda runtime client is on this machine: fetches it from the npm registry, compiles it (a minute or
// two) and keeps what it needs to run in a cache folder. Never touches the project's node_modules.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import {
  findLambdaClientLack,
  LAMBDA_CLIENT_FOLDER,
  LAMBDA_CLIENT_MARKER,
  LAMBDA_CLIENT_PACKAGE,
  LAMBDA_CLIENT_VERSION,
  LAMBDA_NODE,
} from '../support/lambda-client-presence.ts';
import { runQuietly } from './apt-get.ts';

/** Its own install scripts and node-gyp call these; any one of a line will do. */
const TOOLS: readonly (readonly string[])[] = [
  ['npm'],
  ['tar'],
  ['xz'],
  ['make'],
  ['cmake', 'cmake3'],
  ['cc', 'gcc'],
  ['c++', 'g++'],
  ['python3'],
];
const DEBIAN_PACKAGES = 'xz-utils make cmake g++ python3';
/** The program is one file with all it imports; the rest of the package is there to make the native part. */
const KEPT = ['index.mjs', 'rapid-client.node', 'package.json', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES'];

/** What LAMBDA_CLIENT_VARIABLE is to say: `present` or `absent:<reason>`. Says on stderr what it does. */
export function provideLambdaClient(): string {
  const lack = findLambdaClientLack();
  if (lack === undefined) return 'present';
  if (process.platform !== 'linux' || !existsSync(LAMBDA_NODE)) return `absent:${lack}`;
  const tools = TOOLS.filter((names) => !names.some(isOnPath)).map((names) => names.join(' or '));
  if (tools.length > 0) {
    return `absent:${lack}, and compiling it needs ${tools.join(', ')} (Debian: apt-get install ${DEBIAN_PACKAGES})`;
  }
  process.stderr.write(`${lack}: fetching it with npm and compiling it; nothing is installed\n`);
  try {
    const failure = compileInto(LAMBDA_CLIENT_FOLDER);
    return failure === undefined ? 'present' : `absent:${failure}`;
  } catch (error) {
    return `absent:${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The folder appears complete or not at all, whoever else is compiling at the same time. */
function compileInto(folder: string): string | undefined {
  mkdirSync(dirname(folder), { recursive: true });
  const workshop = mkdtempSync(`${folder}.`);
  try {
    const failure = install(workshop);
    if (failure !== undefined) return failure;
    const kept = join(workshop, 'kept');
    mkdirSync(kept);
    for (const name of KEPT) {
      copyFileSync(join(workshop, 'node_modules', LAMBDA_CLIENT_PACKAGE, name), join(kept, name));
    }
    const fault = tryLoading(kept);
    if (fault !== undefined) return fault;
    writeFileSync(join(kept, LAMBDA_CLIENT_MARKER), `${LAMBDA_CLIENT_VERSION}\n`);
    if (findLambdaClientLack() !== undefined) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(kept, folder);
    }
    return undefined;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** Under the functions' Node; its headers come from where npm's configuration says (`nodedir`), else from nodejs.org. */
function install(workshop: string): string | undefined {
  const manifest = { private: true, allowScripts: { [LAMBDA_CLIENT_PACKAGE]: true } };
  writeFileSync(join(workshop, 'package.json'), JSON.stringify(manifest));
  const wanted = `${LAMBDA_CLIENT_PACKAGE}@${LAMBDA_CLIENT_VERSION}`;
  const path = `PATH=${dirname(LAMBDA_NODE)}${delimiter}${process.env['PATH'] ?? ''}`;
  const args = [path, 'npm', 'install', '--no-audit', '--no-fund', '--save-exact', wanted];
  return runQuietly('/usr/bin/env', args, workshop);
}

/** The native part asks for the variable while it is loaded, and breaks without it. */
function tryLoading(folder: string): string | undefined {
  const program = `require(${JSON.stringify(join(folder, 'rapid-client.node'))}).next`;
  const { stdout, stderr } = spawnSync(LAMBDA_NODE, ['-p', `typeof ${program}`], {
    env: { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1' },
    encoding: 'utf8',
  });
  if (stdout.trim() === 'function') return undefined;
  return `the compiled ${LAMBDA_CLIENT_PACKAGE} cannot be loaded: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}
