// What the archive has of one stored message: its octets, checked again, and its parsed document.

import type { AccountId } from '../core/account.ts';
import { describeError, MailferryError } from '../core/errors.ts';
import { parsedKey, rawKey } from '../core/keys.ts';
import type { StoredRecord } from '../core/record.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { ObjectFinding } from './compare.ts';

export interface Objects {
  readonly blobs: BlobStore;
  /** Whether the document of this raw object is still to be made. */
  readonly isParsePending: (rawKey: string) => boolean;
}

/** One object that cannot be read is a finding, not the end of the audit. */
export async function inspectObject(
  account: AccountId,
  { dt, sha256, octets }: Pick<StoredRecord, 'dt' | 'sha256' | 'octets'>,
  { blobs, isParsePending }: Objects,
): Promise<ObjectFinding> {
  const key = rawKey(account, dt, sha256);
  const documentKey = parsedKey(account, dt, sha256);
  const keys = { key, documentKey };
  try {
    const content = await blobs.verify(key, { sizeOctets: octets, sha256 });
    if (content !== 'intact') {
      const detail = content === 'different' ? await describeSize(blobs, key, octets) : undefined;
      return { ...keys, content, document: undefined, detail };
    }
    const isParsed = (await blobs.stat(documentKey)) !== undefined;
    const missing = isParsePending(key) ? 'pending' : 'missing';
    return { ...keys, content, document: isParsed ? 'there' : missing, detail: undefined };
  } catch (error) {
    if (!(error instanceof MailferryError) || error.code !== 'ARCHIVE_UNREADABLE') throw error;
    return { ...keys, content: 'unreadable', document: undefined, detail: describeError(error) };
  }
}

async function describeSize(blobs: BlobStore, key: string, octets: number): Promise<string> {
  const found = (await blobs.stat(key))?.sizeOctets;
  return found === octets
    ? `it has the ${octets} octets it should have, and another sha256`
    : `it has ${found} octets and should have ${octets}`;
}
