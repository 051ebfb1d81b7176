// The names of an archive's files: given once, and durable.

import { link, open, rename } from 'node:fs/promises';

/** Gives a finished file its name unless somebody has it: `false` then. Filesystems without hard links get a rename. */
export async function nameOnce(temporary: string, path: string): Promise<boolean> {
  const linked = await linkOnce(temporary, path);
  if (linked === 'no-links') await rename(temporary, path);
  return linked !== 'taken';
}

/** A second name for a file, unless somebody has it, or this filesystem has no such thing. */
export async function linkOnce(file: string, path: string): Promise<'linked' | 'taken' | 'no-links'> {
  try {
    await link(file, path);
    return 'linked';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return 'taken';
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    return 'no-links';
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isAbsentError(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
