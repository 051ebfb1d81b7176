// Where the document of a raw message belongs: the same account, day and hash, below `parsed/`.

import { MailferryError } from '../core/errors.ts';
import { parsedKey, parseRawKey } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';

/** @throws PARSE_FAILED of scope `message` if `rawKey` is not this account's and this hash's */
export function parsedKeyOf(ingest: IngestFacts): string {
  const parts = parseRawKey(ingest.rawKey);
  if (parts === undefined || parts.account !== ingest.account || parts.sha256 !== ingest.sha256) {
    throw new MailferryError(
      `a parse job names the raw object ${JSON.stringify(ingest.rawKey)}, which is no key of its message`,
      {
        code: 'PARSE_FAILED',
        scope: 'message',
        retryable: false,
      },
    );
  }
  return parsedKey(parts.account, parts.dt, parts.sha256);
}
