// Where the document of a raw message belongs: the same account, day and hash, below `parsed/`. And the catalog's row of it, which
// says so.

import { toCatalogRow } from '../core/catalog/catalog-row.ts';
import type { CatalogFacts, CatalogRow } from '../core/catalog/catalog-row.ts';
import { MailferryError } from '../core/errors.ts';
import { parsedKey, parseRawKey } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';
import { PARSER_IDENTITY } from './parser-identity.ts';

/** @throws PARSE_FAILED of scope `message` if `rawKey` is not this account's and this hash's */
export function parsedKeyOf(ingest: IngestFacts): string {
  const parts = parseRawKey(ingest.rawKey);
  if (parts === undefined || parts.account !== ingest.account || parts.sha256 !== ingest.sha256) {
    throw noKeyOf(ingest);
  }
  return parsedKey(parts.account, parts.dt, parts.sha256);
}

/** @throws PARSE_FAILED as `parsedKeyOf` */
export function rowOf(ingest: IngestFacts, facts: CatalogFacts): CatalogRow {
  const row = toCatalogRow(ingest, PARSER_IDENTITY.version, facts);
  if (row === undefined) throw noKeyOf(ingest);
  return row;
}

function noKeyOf({ rawKey }: IngestFacts): MailferryError {
  return new MailferryError(
    `a parse job names the raw object ${JSON.stringify(rawKey)}, which is no key of its message`,
    { code: 'PARSE_FAILED', scope: 'message', retryable: false },
  );
}
