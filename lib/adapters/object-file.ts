// A new object of a folder: its octets in a file without a name of its own yet, proven; then durable; then the name.

import { dirname } from 'node:path';
import type { Blob } from '../ports/storage.ts';
import { readInOneBuffer } from '../spool/read-in-one-buffer.ts';
import { createTempFile } from '../spool/temp-file.ts';
import { linkOnce, nameOnce, syncPath } from './durable-names.ts';
import { provenOctets } from '../spool/proven-octets.ts';

export interface ObjectFile {
  readonly path: string;
  sync(): Promise<void>;
  /** As `linkOnce`; `no-links` only of a file that must keep the name it has. */
  giveName(path: string): 'linked' | 'taken' | 'no-links';
  /** Takes away what has no other name. Safe to repeat, never throws. */
  remove(): Promise<void>;
}

/**
 * @param temporary the folder for temporary files
 * @throws ARCHIVE_CORRUPT if the octets are not what `blob` claims; what the disk says
 */
export async function writeObjectFile(key: string, blob: Blob, temporary: string): Promise<ObjectFile> {
  const file = await createTempFile(temporary);
  try {
    for await (const chunk of provenOctets(blob, `object ${key}`)) await file.append(chunk);
  } catch (error) {
    await file.remove();
    throw error;
  }
  return {
    path: file.path,
    sync: async () => {
      await file.sync();
      await file.close();
    },
    giveName: (path) => (nameOnce(file.path, path) ? 'linked' : 'taken'),
    remove: async () => await file.remove(),
  };
}

/**
 * The file that a blob lies in, as an object: no octet is copied.
 * @param temporary as above: only a file there is known to be on the same filesystem
 * @returns `undefined` if the blob lies in none there
 * @throws as above: what is on the disk is read again
 */
export async function adoptObjectFile(
  key: string,
  blob: Blob,
  temporary: string,
): Promise<ObjectFile | undefined> {
  const { file } = blob;
  if (file === undefined || dirname(file) !== temporary) return undefined;
  // Reading to the end proves it. What comes out are pieces of a buffer that is used again: nobody may look at them.
  const { sizeOctets, sha256 } = blob;
  const found = { sizeOctets, sha256, open: () => readInOneBuffer(file) };
  for await (const _ of provenOctets(found, `object ${key}`));
  return {
    path: file,
    sync: async () => await syncPath(file),
    giveName: (path) => linkOnce(file, path),
    // It is its owner's.
    remove: async () => undefined,
  };
}
