// How raw objects are opened with what is kept beside them: from S3 by one request; beside a file nothing is kept.

import type { BlobStore } from '../../ports/storage.ts';
import type { RebuildPorts } from '../../rebuild/rebuild-ports.ts';
import type { OpenBlobs } from './open-blobs.ts';

export function rawOpener({
  blobs,
  rawObjects,
}: Pick<OpenBlobs, 'blobs' | 'rawObjects'>): RebuildPorts['openRaw'] {
  if (rawObjects === undefined) return async (key) => await openBare(key, blobs);
  return async (key) => await rawObjects.open(key);
}

/** The file is opened when it is read, and closed with its reader. */
async function openBare(key: string, blobs: BlobStore): ReturnType<RebuildPorts['openRaw']> {
  const stat = await blobs.stat(key);
  const octets = await blobs.get(key);
  return stat && octets && { ...stat, octets, metadata: {}, close: () => {} };
}
