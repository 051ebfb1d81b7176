// How a parse worker is started: nothing of the parent's environment, no file but the program's own code, no child, no thread.
// Three forms of the program: source, built files, and a bundle, the command's or a Lambda's: there the worker is one file, and
// the folder around it is all that it reads.

import type { SpawnOptionsWithStdioTuple, StdioNull, StdioPipe } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, parse, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface WorkerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptionsWithStdioTuple<StdioPipe, StdioPipe, StdioNull>;
}

const OWN_NAME = 'worker-command';

/**
 * Arguments for `spawn`. The same in all forms: the worker lies beside this file, with its extension.
 * What Node's permissions do not cover in every supported version is the network.
 */
export function workerCommand(heapMegabytes: number): WorkerCommand {
  const here = fileURLToPath(import.meta.url);
  const isBundled = basename(here, extname(here)) !== OWN_NAME;
  const readable = isBundled ? [dirname(here) + sep] : readablePaths(dirname(dirname(here)));
  return {
    file: process.execPath,
    args: [
      permissionFlag(),
      ...readable.map((path) => `--allow-fs-read=${path}`),
      '--disallow-code-generation-from-strings',
      `--max-old-space-size=${heapMegabytes}`,
      join(dirname(here), `worker${extname(here)}`),
    ],
    options: {
      env: isBundled ? loaderEnvironment() : {},
      // Not the parent's folder: that may hold the configuration and the archive.
      cwd: parse(here).root,
      // Errors of a parser quote mail: its stderr goes nowhere.
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    },
  };
}

/**
 * Lambda tells by LD_LIBRARY_PATH where its own Node finds its libraries: without it there might be no worker at all. It names
 * folders of the runtime, and nothing else that the parent knows goes along.
 */
function loaderEnvironment(): NodeJS.ProcessEnv {
  const { LD_LIBRARY_PATH: libraries } = process.env;
  return libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries };
}

/** Node 22.13 and later, and 23.5 and later, know the first; a release between has only the other. */
function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
}

/**
 * The code (`lib` or `dist/lib`), the package.json files that say how it is loaded, and the packages.
 * Not the folder of the whole package: in a checkout that is where people keep a configuration and an archive.
 */
function readablePaths(codeDirectory: string): string[] {
  const above = ancestors(codeDirectory);
  const manifests = above.slice(0, 3).map((directory) => join(directory, 'package.json'));
  const modules = above.map((directory) => join(directory, 'node_modules'));
  const nearest = modules.find((directory) => existsSync(join(directory, 'mailparser')));
  return [
    ...new Set([
      codeDirectory + sep,
      ...manifests.filter((path) => existsSync(path)),
      ...(nearest === undefined ? [] : [nearest + sep]),
      realModulesDirectory() + sep,
    ]),
  ];
}

/** Where links lead: the outermost `node_modules` around mailparser. All it loads is below, however the installer arranged it. */
function realModulesDirectory(): string {
  const resolved = fileURLToPath(import.meta.resolve('mailparser'));
  const marker = `${sep}node_modules${sep}`;
  const index = resolved.indexOf(marker);
  return index === -1 ? dirname(resolved) : resolved.slice(0, index + marker.length - 1);
}

/** The directory itself, then the ones above it. */
function ancestors(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...ancestors(above)];
}
