// Deletes the temporary files that dead processes left in a spool folder.
// Never touches a file of a living process, nor any file whose name is not one of ours.

import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isProcessGone } from './process-gone.ts';
import { isLiveTempFile } from './temp-file.ts';
import { parseTempFileName, safeHost, type TempFileOwner } from './temp-file-name.ts';

/** No run lasts as long: a file this old is nobody's, whichever host wrote it. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Best effort: a folder that is absent or a file that cannot be deleted is passed over.
 * @param nowMs epoch milliseconds; only for tests
 * @returns how many files were deleted
 */
export async function removeAbandoned(directory: string, nowMs: number = Date.now()): Promise<number> {
  const names = await readdir(directory).catch(() => [] as string[]);
  let removed = 0;
  for (const name of names) {
    const owner = parseTempFileName(name);
    if (owner === undefined) continue;
    const path = join(directory, name);
    if (!isOwnerDead(name, owner) && !(await isOlderThan(path, nowMs - ABANDONED_AFTER_MS, name))) continue;
    removed += await rm(path).then(
      () => 1,
      () => 0,
    );
  }
  return removed;
}

function isOwnerDead(name: string, owner: TempFileOwner): boolean {
  if (owner.host !== safeHost(hostname())) return false;
  // The pid is ours: then the file is too, or was left by an earlier process that had the same one.
  if (owner.pid === process.pid) return !isLiveTempFile(name);
  return isProcessGone(owner.pid);
}

async function isOlderThan(path: string, limitMs: number, name: string): Promise<boolean> {
  if (isLiveTempFile(name)) return false;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < limitMs;
}
