// What a raw object carries of its import, so that it can be parsed, and the ledger rebuilt, from the bucket alone: S3 user
// metadata (`x-amz-meta-...`), in lower-case names and visible ASCII. A format: a change needs another `format`.
// Never claims that a message had no UIDL when its UIDL is only not known.

import { MailferryError } from './errors.ts';
import { parseRawKey } from './keys.ts';
import type { IngestFacts } from './message/document.ts';
import type { Sha256 } from './record.ts';
import { toUidl } from './uidl.ts';

/** What the ledger and the parser need of a raw object beside its octets. */
export interface RawObjectFacts {
  /** Its `uidl` is `null` when it is not known: then the message is to be treated as one never seen under any UIDL. */
  readonly ingest: IngestFacts;
  /** What LIST said of the message when it was fetched. */
  readonly listedOctets: number | undefined;
  /** Of the header block (see `StoredRecord`). */
  readonly headerSha256: Sha256 | undefined;
}

/**
 * S3 takes 2 KB of names and values. A longer UIDL is left out, and that is said; the longest seen has 300 octets, RFC 1939
 * allows 70. With all else at its longest it comes to 1.5 KB.
 */
export const MAX_KEPT_UIDL_OCTETS = 900;

const FORMAT = '1';
const VISIBLE_ASCII = /^[\x21-\x7e]{1,64}$/;

/** Of `ingest`, what the key and the size say is not repeated. Lossless but for a UIDL above MAX_KEPT_UIDL_OCTETS. */
export function toMetadata({ ingest, listedOctets, headerSha256 }: RawObjectFacts): Record<string, string> {
  const { uidl, runId, fetchedAt } = ingest;
  if (!VISIBLE_ASCII.test(runId)) throw new Error('the id of a run has something else than visible ASCII');
  if (!isTimestamp(fetchedAt)) throw new Error(`${fetchedAt} is no time in ISO 8601 as a program writes it`);
  return {
    format: FORMAT,
    'run-id': runId,
    'fetched-at': fetchedAt,
    ...uidlFields(uidl),
    ...(listedOctets === undefined ? {} : { 'listed-octets': String(listedOctets) }),
    ...(headerSha256 === undefined ? {} : { 'header-sha256': headerSha256 }),
  };
}

/**
 * The inverse. Entries that are none of ours are passed over.
 * @param sizeOctets of the object
 * @throws ARCHIVE_CORRUPT of scope `message` for anything that `toMetadata` and `rawKey` cannot have made
 */
export function fromMetadata(
  key: string,
  sizeOctets: number,
  metadata: Readonly<Record<string, string>>,
): RawObjectFacts {
  const parts = parseRawKey(key);
  // The key is not shown: it was not made by us, and may have anything in it.
  if (parts === undefined) throw notOurs('an object of the archive', 'its key is no key of a raw message');
  const field = (name: string, isValid: (value: string) => boolean): string => {
    const value = metadata[name];
    if (value !== undefined && isValid(value)) return value;
    throw notOurs(key, `its \`${name}\` is ${value === undefined ? 'missing' : 'not as it is written'}`);
  };
  const optional = (name: string, isValid: (value: string) => boolean): string | undefined =>
    metadata[name] === undefined ? undefined : field(name, isValid);
  field('format', (value) => value === FORMAT);
  const listedOctets = optional('listed-octets', isCount);
  return {
    ingest: {
      account: parts.account,
      uidl: toKnownUidl(optional('uidl', isBase64url), optional('uidl-absent', isReason), key),
      sha256: parts.sha256,
      size: sizeOctets,
      rawKey: key,
      runId: field('run-id', (value) => VISIBLE_ASCII.test(value)),
      fetchedAt: field('fetched-at', isTimestamp),
    },
    listedOctets: listedOctets === undefined ? undefined : Number(listedOctets),
    headerSha256: optional('header-sha256', (value) => /^[0-9a-f]{64}$/.test(value)) as Sha256 | undefined,
  };
}

/** Either the UIDL or why there is none: an object of which neither is said was not written here. */
function uidlFields(uidl: IngestFacts['uidl']): Record<string, string> {
  if (uidl === '') return { 'uidl-absent': 'none' };
  if (uidl === null || uidl.length > MAX_KEPT_UIDL_OCTETS) return { 'uidl-absent': 'too-long' };
  return { uidl: Buffer.from(uidl, 'latin1').toString('base64url') };
}

function toKnownUidl(encoded: string | undefined, absent: string | undefined, key: string): string | null {
  if ((encoded === undefined) === (absent === undefined))
    throw notOurs(key, 'it says not one thing of its UIDL');
  if (encoded !== undefined) return toUidl(Buffer.from(encoded, 'base64url'));
  return absent === 'none' ? '' : null;
}

function isReason(value: string): boolean {
  return value === 'none' || value === 'too-long';
}

/** Not empty, and as it would be written: Buffer itself reads almost anything. */
function isBase64url(value: string): boolean {
  return value !== '' && Buffer.from(value, 'base64url').toString('base64url') === value;
}

function isCount(value: string): boolean {
  return /^(0|[1-9]\d{0,15})$/.test(value) && Number.isSafeInteger(Number(value));
}

function isTimestamp(value: string): boolean {
  const at = Date.parse(value);
  return !Number.isNaN(at) && new Date(at).toISOString() === value;
}

function notOurs(what: string, problem: string): MailferryError {
  return new MailferryError(`${what}: ${problem}, so it was not put there by an import`, {
    code: 'ARCHIVE_CORRUPT',
    scope: 'message',
    retryable: false,
    hint: 'put raw messages there with `mailferry move`, which writes what belongs to them, or take the object away',
  });
}
