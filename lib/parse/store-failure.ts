// The document that says why a message could not be parsed: it takes the place of nothing, or of another one that says the like,
// and never of one from a day when it went better.

import { MailferryError } from '../core/errors.ts';
import { readDocument } from '../core/message/read-document.ts';
import type { Blob, BlobStore } from '../ports/storage.ts';

/** @returns `kept`: a good document is there, and stays. @throws ARCHIVE_* */
export async function storeFailure(blobs: BlobStore, key: string, failure: Blob): Promise<'failed' | 'kept'> {
  try {
    await blobs.put(key, failure);
    return 'failed';
  } catch (error) {
    // There is a document from before.
    if (!(error instanceof MailferryError && error.code === 'ARCHIVE_CORRUPT')) throw error;
  }
  if (await hasGoodDocument(blobs, key)) return 'kept';
  await blobs.put(key, failure, { mode: 'replace' });
  return 'failed';
}

/** And not one that says the same for another reason. */
async function hasGoodDocument(blobs: BlobStore, key: string): Promise<boolean> {
  const octets = await blobs.get(key);
  return octets !== undefined && (await readDocument(octets))?.isFailure === false;
}
