// The parts of a build that an import is put together from. What users run is what is built, so that is what is measured.

import { join } from 'node:path';
import type * as OpenArchive from '../../lib/cli/open/open-archive.ts';
import type * as LoadConfig from '../../lib/config/load-config.ts';
import type * as ImportAccount from '../../lib/import/import-account.ts';

type BuiltLibrary = Pick<typeof OpenArchive, 'openArchive'> &
  Pick<typeof LoadConfig, 'loadConfig'> &
  Pick<typeof ImportAccount, 'importAccount'>;

/** @param dist where `npm run build` has put it */
export async function builtLibrary(dist: string): Promise<BuiltLibrary> {
  const load = async (file: string): Promise<unknown> => await import(join(dist, 'lib', file));
  const { openArchive } = (await load('cli/open/open-archive.js')) as typeof OpenArchive;
  const { loadConfig } = (await load('config/load-config.js')) as typeof LoadConfig;
  const { importAccount } = (await load('import/import-account.js')) as typeof ImportAccount;
  return { openArchive, loadConfig, importAccount };
}
