// Where a run puts messages that are too large for memory. A folder archive has a place for them, on the same filesystem;
// for any other the run makes a folder of its own, which nobody else may read, and takes it away at the end.

import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchiveFolder } from '../../adapters/archive-folder.ts';
import { isDeadOwner, localOwnerName } from '../../adapters/local-owner.ts';
import type { ArchiveLocation } from '../../config/location.ts';
import { spoolFailed } from '../../spool/temp-file.ts';

export interface OpenSpool {
  readonly directory: string;
  readonly close: () => Promise<void>;
}

/** Also removes what processes that are dead have left. @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, SPOOL_FAILED */
export async function openSpool(archive: ArchiveLocation, parent: string = tmpdir()): Promise<OpenSpool> {
  if (archive.kind === 'folder') {
    return { directory: await openArchiveFolder(archive.path), close: async () => {} };
  }
  await removeAbandonedFolders(parent);
  const directory = await makeFolder(parent);
  return { directory, close: async () => await rm(directory, { recursive: true, force: true }) };
}

const PREFIX = 'mailferry-spool+';
/** An owner's name has none, but for the slash that it stands for. */
const SEPARATOR = '+';

async function makeFolder(parent: string): Promise<string> {
  const owner = localOwnerName().replace('/', SEPARATOR);
  try {
    return await mkdtemp(join(parent, `${PREFIX}${owner}${SEPARATOR}`));
  } catch (error) {
    throw spoolFailed(`cannot make a folder for temporary files in ${parent}`, error);
  }
}

/** Best effort. They may hold mail, so they are not left to whoever cleans up. */
async function removeAbandonedFolders(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => [] as string[]);
  for (const name of names) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = name.slice(PREFIX.length).replaceAll(SEPARATOR, '/');
    const path = join(parent, name);
    if (isDeadOwner(owner) && (await isOurs(path))) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** In a folder that all may write to, others can make anything of this name. */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}
