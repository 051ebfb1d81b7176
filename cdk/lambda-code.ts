// Where the functions' code is: folders that `npm run bundle` has made, one for each bundle. Never builds anything: what is
// deployed is what was tested.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { notDeployable } from './not-deployable.ts';

/** `fetch` has two handlers: `index.poll` and `index.drain`. */
export type BundleName = 'accounts' | 'dispatch' | 'fetch' | 'parse';

/** From the sources (cdk/) and from the package as it is published (dist/cdk/). */
const CANDIDATES = ['../dist/lambda', '../lambda'].map((path) => join(import.meta.dirname, path));

/**
 * @param folder with a folder for each bundle; default: the one that came with this package
 * @throws CONFIG_INVALID if the bundle is not there
 */
export function codeOf(bundle: BundleName, folder: string = defaultFolder()): Code {
  const path = join(folder, bundle);
  if (!existsSync(join(path, 'index.mjs'))) {
    throw notDeployable(
      `the code of the functions is not in ${folder}: ${bundle}/index.mjs is missing`,
      'make it with: npm run bundle',
    );
  }
  return Code.fromAsset(path);
}

function defaultFolder(): string {
  const [first = '', ...others] = CANDIDATES;
  return [first, ...others].find((path) => existsSync(path)) ?? first;
}
