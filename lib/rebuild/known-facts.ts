// What is known of a raw object's import: from what is kept beside it, else from its parsed document. Never a guess that
// would have the program take a message for known that it may never have seen.

import { describeError, MailferryError } from '../core/errors.ts';
import { fromMetadata } from '../core/ingest-metadata.ts';
import { parsedKey } from '../core/keys.ts';
import type { RawKeyParts } from '../core/keys.ts';
import { readDocument } from '../core/message/read-document.ts';
import type { FoundDocument } from '../core/message/read-document.ts';
import type { Uidl } from '../core/uidl.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { OpenedRawObject } from './rebuild-ports.ts';

export interface KnownFacts {
  /** `undefined` if it is not known under which it was fetched; empty if it had none. */
  readonly uidl: Uidl | undefined;
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly fetchedAt: number;
  readonly listedOctets: number | undefined;
}

/**
 * @param onUnreadable what is kept beside the object is not as we write it; the document is asked then
 * @returns `undefined` if nothing is known
 * @throws ARCHIVE_UNREADABLE
 */
export async function readFacts(
  key: string,
  parts: RawKeyParts,
  object: OpenedRawObject,
  blobs: BlobStore,
  onUnreadable: (why: string) => void,
): Promise<KnownFacts | undefined> {
  const facts = factsBeside(key, object, onUnreadable);
  if (facts !== undefined) return facts;
  const octets = await blobs.get(parsedKey(parts.account, parts.dt, parts.sha256));
  const document = octets && (await readDocument(octets));
  return document && factsInDocument(key, parts, document);
}

/**
 * Of what is kept beside the object.
 * @param onUnreadable it is not as we write it; nothing is known then
 */
export function factsBeside(
  key: string,
  { metadata, sizeOctets }: Pick<OpenedRawObject, 'metadata' | 'sizeOctets'>,
  onUnreadable: (why: string) => void,
): KnownFacts | undefined {
  // Other programs keep their own things there, or nothing.
  if (metadata['format'] === undefined) return undefined;
  try {
    const { ingest, listedOctets } = fromMetadata(key, sizeOctets, metadata);
    const uidl = ingest.uidl === null ? undefined : (ingest.uidl as Uidl);
    return { uidl, runId: ingest.runId, fetchedAt: Date.parse(ingest.fetchedAt), listedOctets };
  } catch (error) {
    if (!(error instanceof MailferryError) || error.code !== 'ARCHIVE_CORRUPT') throw error;
    onUnreadable(describeError(error));
    return undefined;
  }
}

/** Of a document that says it is this object's. */
export function factsInDocument(
  key: string,
  { account, sha256 }: RawKeyParts,
  { ingest }: FoundDocument,
): KnownFacts | undefined {
  const isOfMessage =
    ingest['rawKey'] === key && ingest['sha256'] === sha256 && ingest['account'] === account;
  return isOfMessage ? toFacts(ingest) : undefined;
}

function toFacts({
  uidl,
  runId,
  fetchedAt,
  size,
}: Readonly<Record<string, unknown>>): KnownFacts | undefined {
  if (typeof runId !== 'string' || runId === '' || typeof fetchedAt !== 'string') return undefined;
  const at = Date.parse(fetchedAt);
  if (Number.isNaN(at) || typeof size !== 'number') return undefined;
  const isUidl = typeof uidl === 'string' && /^[\0-\xff]*$/.test(uidl);
  // What LIST said is not in a document. A server that counts well said the size; of one that does not, the next import
  // fetches the message again and compares. To leave it open would take another message of this UIDL for this one.
  return { uidl: isUidl ? (uidl as Uidl) : undefined, runId, fetchedAt: at, listedOctets: size };
}
