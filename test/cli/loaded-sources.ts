// What a run of the built command line loads: the sources in the files of the bundle that were asked for, as esbuild noted them.

import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CLI_PATH, runCli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Writes where every module that is asked for lies into a file. */
const WATCH = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    appendFileSync(process.env.MAILFERRY_TEST_MODULES, resolved.url + '\\n');
    return resolved;
  },
});
`;

/** As esbuild keeps it: what is in each file, with paths from the root of the checkout. */
interface BundleFacts {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

export interface LoadingRun extends CliResult {
  /** Files of the bundle, with their places; Node's own modules as `node:` and a name. */
  readonly modules: readonly string[];
  /** Paths from the root of the checkout of everything that is in them. */
  readonly sources: readonly string[];
}

/** @param env added to the environment of the command */
export async function runWatched(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<LoadingRun> {
  await using folder = await temporaryFolder();
  const watch = join(folder.path, 'watch.mjs');
  const list = join(folder.path, 'modules.txt');
  await writeFile(watch, WATCH);
  await writeFile(list, '');
  const result = await runCli(args, {
    env: { ...env, NODE_OPTIONS: `--import=${watch}`, MAILFERRY_TEST_MODULES: list },
  });
  const modules = (await readFile(list, 'utf8')).split('\n').filter((url) => url !== '');
  return { ...result, modules, sources: sourcesOf(modules) };
}

/** Of everything in the bundle, loaded or not. */
export function bundledSources(): string[] {
  return Object.values(readFacts().outputs).flatMap(({ inputs }) => Object.keys(inputs));
}

function sourcesOf(modules: readonly string[]): string[] {
  const loaded = new Set(modules.map((url) => basename(url)));
  return Object.entries(readFacts().outputs)
    .filter(([path]) => loaded.has(basename(path)))
    .flatMap(([, { inputs }]) => Object.keys(inputs));
}

function readFacts(): BundleFacts {
  return JSON.parse(readFileSync(resolve(CLI_PATH, '../../cli.meta.json'), 'utf8')) as BundleFacts;
}
