// A row of the catalog: what one message is, in columns that SQL can ask for. A format other programs rely on: columns may be
// added, and a change of one needs a new version prefix. Names are snake_case and no words of SQL, so that no reader has to quote
// them, whatever it thinks of upper case. The account and the day of the import are in the file's key, not in the row.

import type { IngestFacts } from '../message/document.ts';
import { parsedKey, parseRawKey } from '../keys.ts';
import type { ArchiveDate, Sha256 } from '../record.ts';

export interface CatalogAddress {
  readonly name: string | null;
  readonly email: string;
}

export interface CatalogAttachment {
  readonly name: string | null;
  readonly type: string;
  /** Octets after decoding. */
  readonly size: number;
  /** Of the decoded octets. */
  readonly sha256: Sha256;
  readonly is_inline: boolean;
}

/** What the mail says of itself, as far as a row has room (see cut.ts). */
export interface CatalogFacts {
  /** The first, without angle brackets. */
  readonly message_id: string | null;
  /** EDRM's Message Identification Hash: the same for the same mail in whatever archive. Upper-case hexadecimal. */
  readonly edrm_mih: string | null;
  readonly in_reply_to: string | null;
  readonly reference_ids: readonly string[];
  readonly from_addresses: readonly CatalogAddress[];
  readonly to_addresses: readonly CatalogAddress[];
  readonly cc_addresses: readonly CatalogAddress[];
  readonly bcc_addresses: readonly CatalogAddress[];
  readonly reply_to_addresses: readonly CatalogAddress[];
  readonly subject: string | null;
  /** ISO 8601, UTC. */
  readonly sent_at: string | null;
  /** ISO 8601, UTC. */
  readonly received_at: string | null;
  /** Of all, also those that are cut off. */
  readonly attachment_count: number;
  /** Octets of all. */
  readonly attachment_size: number;
  readonly attachments: readonly CatalogAttachment[];
  readonly preview: string;
  readonly problems: readonly string[];
  /** Something was too long for a row: all of it is in the document. */
  readonly is_cut: boolean;
}

export interface CatalogRow extends CatalogFacts {
  /** Of the raw message; with the account, what a row is of. */
  readonly sha256: Sha256;
  /** Octets of the raw message. */
  readonly size: number;
  readonly raw_key: string;
  readonly parsed_key: string;
  /** The day in the raw message's key. */
  readonly archive_dt: ArchiveDate;
  readonly run_id: string;
  /** ISO 8601, UTC. */
  readonly fetched_at: string;
  /** Of the parser that made the document. Of two rows of a message the one with the higher number before the `+` counts. */
  readonly parser_version: string;
}

/** @returns `undefined` if the raw key is not this account's and this hash's */
export function toCatalogRow(
  ingest: IngestFacts,
  parserVersion: string,
  facts: CatalogFacts,
): CatalogRow | undefined {
  const parts = parseRawKey(ingest.rawKey);
  if (parts === undefined) return undefined;
  const { account, dt, sha256 } = parts;
  return {
    sha256: ingest.sha256,
    size: ingest.size,
    raw_key: ingest.rawKey,
    parsed_key: parsedKey(account, dt, sha256),
    archive_dt: dt,
    run_id: ingest.runId,
    fetched_at: ingest.fetchedAt,
    ...facts,
    parser_version: parserVersion,
  };
}

/** Of one file, as JSON. Stops: rows as long as rows may be, which together are longer than any string. */
export const MAX_FILE_OCTETS = 16 * 1024 * 1024;
