// Whether a parsed document is of the very message that its key names: then somebody made it anew, as anybody may.

import type { BlobStore } from '../ports.ts';
import { rawKeyOf } from './object-name.ts';

/** @returns `false` also for what is no document. @throws ARCHIVE_UNREADABLE */
export async function isDocumentOf(key: string, blobs: BlobStore): Promise<boolean> {
  const octets = await blobs.get(key);
  const rawKey = rawKeyOf(key);
  if (octets === undefined || rawKey === undefined) return false;
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  const ingest = ingestOf(Buffer.concat(chunks).toString('utf8'));
  return ingest !== undefined && Reflect.get(ingest, 'rawKey') === rawKey;
}

function ingestOf(json: string): object | undefined {
  try {
    const document: unknown = JSON.parse(json);
    if (typeof document !== 'object' || document === null) return undefined;
    const ingest: unknown = Reflect.get(document, 'ingest');
    return typeof ingest === 'object' && ingest !== null ? ingest : undefined;
  } catch {
    return undefined;
  }
}
