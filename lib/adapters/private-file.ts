// Replaces a small file that only its owner may read: whole or not at all, and durable. Never leaves its content in a file
// that others can read, not even for a moment.

import { randomUUID } from 'node:crypto';
import { lstat, open, realpath, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAbsentError, syncPath } from './durable-names.ts';

const OWNER_ONLY = 0o600;

/**
 * The folder has to be there. A symbolic link stays one: what it leads to is replaced. Who owned the file owns it afterwards.
 * @throws what the filesystem says
 */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  const target = await targetOf(path);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', OWNER_ONLY);
    try {
      await giveToOwnerOf(target, file);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncPath(dirname(target));
}

async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isAbsentError(error)) throw error;
    // A link to nothing is no name for a new file: whoever made it expects something else.
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isLink) throw error;
    return path;
  }
}

/** A file that root writes anew stays readable for the service that it is for. */
async function giveToOwnerOf(path: string, file: FileHandle): Promise<void> {
  const [before, now] = await Promise.all([
    lstat(path).catch((error: unknown) => {
      if (isAbsentError(error)) return undefined;
      throw error;
    }),
    file.stat(),
  ]);
  if (before !== undefined && before.uid !== now.uid) await file.chown(before.uid, before.gid);
}
