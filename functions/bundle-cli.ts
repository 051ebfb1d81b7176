// The second half of `npm run build`: the command line as one folder of plain files, dist/cli, with its packages in it.
// Hundreds of small modules take a third of a second to load, and a poll that finds nothing new takes hardly longer than that.
// Not minified: that made no difference that could be measured, and a stack trace shall name functions.

import { chmod, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundle, codeOctets, PARSE_WORKER } from './bundle.ts';
import type { Bundle, Entry } from './bundle.ts';
import { globalProcess } from './global-process.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What `bin` in package.json names. */
const ENTRY: Entry = {
  name: 'mailferry',
  source: join(ROOT, 'lib/cli/start.ts'),
  plugins: [globalProcess],
};

/** @param folder is emptied first; has `mailferry.mjs`, what that loads when it needs it, and the parse worker */
async function bundleCli(folder: string): Promise<Bundle> {
  await rm(folder, { recursive: true, force: true });
  const made = await bundle('cli', [ENTRY, PARSE_WORKER], folder, 'readable');
  // In a clone there is no installer that does it, and `npx mailferry` starts the file itself.
  await chmod(join(folder, 'mailferry.mjs'), 0o755);
  return made;
}

const made = await bundleCli(join(ROOT, 'dist/cli'));
process.stdout.write(`${made.folder}: ${Math.ceil(codeOctets(made) / 1024)} KB\n`);
