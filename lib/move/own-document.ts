// The parsed document of the very message that its key names: whoever made it, as anybody may make it anew.

import { readDocument } from '../core/message/read-document.ts';
import type { FoundDocument } from '../core/message/read-document.ts';
import type { BlobStore } from '../ports/storage.ts';
import { rawKeyOf } from './object-name.ts';

/** @returns `undefined` also for what is no document, or is of another message. @throws ARCHIVE_UNREADABLE */
export async function documentOf(key: string, blobs: BlobStore): Promise<FoundDocument | undefined> {
  const octets = await blobs.get(key);
  const document = octets && (await readDocument(octets));
  return document?.ingest['rawKey'] === rawKeyOf(key) ? document : undefined;
}
