// `npm run bundle`: one folder of plain files for each function, below dist/lambda, ready to be a Lambda's code. Nothing is
// installed or built at deployment: what was tested here is what runs there.
// The AWS SDK is bundled although Lambda has one: that one's version is Amazon's choice and changes by itself, ours is pinned and
// is the one the tests ran against. And a bundle holds only the calls that are made, so that it starts faster.

import { existsSync, globSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { lateSaslprep } from './late-saslprep.ts';
import { leftOutOfWorker } from './left-out-of-worker.ts';
import { licensesOf } from './third-party-licenses.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Has to be a file of its own beside what uses it: `workerCommand` starts it as a process. */
export const PARSE_WORKER: Entry = {
  name: 'worker',
  source: join(ROOT, 'lib/parse/worker.ts'),
  plugins: [leftOutOfWorker],
};

/** By name of the function: other files beside `index.mjs`. */
const BESIDE: Readonly<Record<string, readonly Entry[]>> = { parse: [PARSE_WORKER] };

/** CommonJS modules in an ES module ask for Node's own ones by a `require` that is not there. Most files never do. */
const REQUIRE =
  "import{createRequire as mailferryCreateRequire}from'node:module';" +
  'const require=name=>mailferryCreateRequire(import.meta.url)(name);';

/** A file that has a name of its own; each is bundled by itself. */
export interface Entry {
  readonly name: string;
  readonly source: string;
  readonly plugins?: Plugin[];
}

/** `small` is what a network has to carry; `readable` has names and lines that say something in a stack trace. */
export type CodeForm = 'small' | 'readable';

export interface Bundle {
  readonly name: string;
  /** Has `index.mjs`, what it loads when it needs it, and the licences of what is in them. */
  readonly folder: string;
  /** What is in each file and why, by esbuild. Kept beside the folder as `<name>.meta.json`. */
  readonly metafile: Metafile;
}

/** Every function that has a handler. @param folder is emptied first */
export async function bundleFunctions(folder: string): Promise<readonly Bundle[]> {
  await rm(folder, { recursive: true, force: true });
  const handlers = globSync('functions/*/handler.ts', { cwd: ROOT }).sort();
  const names = handlers.map((handler) => basename(dirname(handler)));
  return await Promise.all(
    names.map(async (name) => {
      const index = { name: 'index', source: join(ROOT, 'functions', name, 'handler.ts') };
      return await bundle(name, [index, ...(BESIDE[name] ?? [])], join(folder, name));
    }),
  );
}

/** One folder for all of the entries. Other files in it stay. */
export async function bundle(
  name: string,
  entries: readonly Entry[],
  folder: string,
  form: CodeForm = 'small',
): Promise<Bundle> {
  const metafile: Metafile = { inputs: {}, outputs: {} };
  for (const entry of entries) {
    const built = await bundleEntry(entry, folder, form);
    Object.assign(metafile.inputs, built.inputs);
    Object.assign(metafile.outputs, built.outputs);
  }
  const licenses = await licensesOf(Object.keys(metafile.inputs), ROOT);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), licenses);
  await writeFile(`${folder}.meta.json`, JSON.stringify(metafile));
  return { name, folder, metafile };
}

async function bundleEntry(
  { name, source, plugins = [] }: Entry,
  folder: string,
  form: CodeForm,
): Promise<Metafile> {
  if (!existsSync(source)) throw new Error(`${source} is not there: no bundle can be made of it`);
  const { metafile } = await build({
    entryPoints: { [name]: source },
    plugins: [lateSaslprep, ...plugins],
    outdir: folder,
    // Names of files and their hashes shall not depend on where this checkout lies.
    absWorkingDir: ROOT,
    bundle: true,
    minify: form === 'small',
    platform: 'node',
    target: form === 'small' ? 'node24' : 'node22',
    format: 'esm',
    // The SDK's ES modules, of which only what is used is taken. By default esbuild takes CommonJS, and all of it.
    mainFields: ['module', 'main'],
    // What is imported where it is needed (clients for secrets, ways to find credentials) becomes a file that is read then.
    splitting: true,
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE },
    legalComments: 'external',
    sourcemap: false,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** Of the code in the folder, in octets: what Lambda reads. */
export function codeOctets({ metafile }: Pick<Bundle, 'metafile'>): number {
  return Object.entries(metafile.outputs)
    .filter(([path]) => path.endsWith('.mjs'))
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
}

if (import.meta.main) {
  for (const made of await bundleFunctions(join(ROOT, 'dist/lambda'))) {
    process.stdout.write(`${made.folder}: ${Math.ceil(codeOctets(made) / 1024)} KB\n`);
  }
}
