// The names of an archive's files: given once, and durable. Only waiting for the disk goes to another thread, as in temp-file.ts.

import { closeSync, existsSync, fsync, linkSync, openSync, renameSync } from 'node:fs';
import { promisify } from 'node:util';

const syncToDisk = promisify(fsync);

/** Gives a finished file its name unless somebody has it: `false` then. Filesystems without hard links get a rename. */
export function nameOnce(temporary: string, path: string): boolean {
  const linked = linkOnce(temporary, path);
  if (linked !== 'no-links') return linked === 'linked';
  if (existsSync(path)) return false;
  renameSync(temporary, path);
  return true;
}

/** A second name for a file, unless somebody has it, or this filesystem has no such thing. */
export function linkOnce(file: string, path: string): 'linked' | 'taken' | 'no-links' {
  try {
    linkSync(file, path);
    return 'linked';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return 'taken';
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    return 'no-links';
  }
}

/** Makes the names in a folder durable, or the octets of a file. */
export async function syncPath(path: string): Promise<void> {
  const descriptor = openSync(path, 'r');
  try {
    await syncToDisk(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function isAbsentError(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
