// Where things lie in the archive. A format other programs rely on: a change needs a new version prefix.

import type { AccountId } from './account.ts';
import type { ArchiveDate, Sha256 } from './record.ts';

/** The exact octets of one message. Written once, never changed. */
export function rawKey(account: AccountId, dt: ArchiveDate, sha256: Sha256): string {
  return `raw/account=${account}/dt=${dt}/${sha256}.eml`;
}

/** The parsed document of the message at the same place below `raw/`. Can be rebuilt. */
export function parsedKey(account: AccountId, dt: ArchiveDate, sha256: Sha256): string {
  return `parsed/v1/account=${account}/dt=${dt}/${sha256}.json`;
}

/** The decoded bytes of an attachment, stored once an account however many messages carry it. */
export function attachmentKey(account: AccountId, sha256: Sha256): string {
  return `attachments/account=${account}/${sha256}`;
}
