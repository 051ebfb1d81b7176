// Where things lie in the archive. A format other programs rely on: a change needs a new version prefix.

import { ACCOUNT_ID_PATTERN } from './account.ts';
import type { AccountId } from './account.ts';
import type { ArchiveDate, Sha256 } from './record.ts';

/** The exact octets of one message. Written once, never changed. */
export function rawKey(account: AccountId, dt: ArchiveDate, sha256: Sha256): string {
  return `raw/account=${account}/dt=${dt}/${sha256}.eml`;
}

/** What a raw key says: the arguments that `rawKey` made it of. */
export interface RawKeyParts {
  readonly account: AccountId;
  readonly dt: ArchiveDate;
  readonly sha256: Sha256;
}

const RAW_KEY = /^raw\/account=([^/]+)\/dt=([^/]+)\/([0-9a-f]{64})\.eml$/;

/** @returns `undefined` for anything that `rawKey` cannot have made: one octet more or less, or a day no calendar has */
export function parseRawKey(key: string): RawKeyParts | undefined {
  const [, account = '', dt = '', sha256 = ''] = RAW_KEY.exec(key) ?? [];
  if (!ACCOUNT_ID_PATTERN.test(account) || !isDay(dt)) return undefined;
  return { account: account as AccountId, dt: dt as ArchiveDate, sha256: sha256 as Sha256 };
}

function isDay(text: string): boolean {
  const at =
    /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= '0001' ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The parsed document of the message at the same place below `raw/`. Can be rebuilt. */
export function parsedKey(account: AccountId, dt: ArchiveDate, sha256: Sha256): string {
  return `parsed/v1/account=${account}/dt=${dt}/${sha256}.json`;
}

/** The decoded bytes of an attachment, stored once an account however many messages carry it. */
export function attachmentKey(account: AccountId, sha256: Sha256): string {
  return `attachments/account=${account}/${sha256}`;
}
