// Where the document of a raw message belongs: the same account, day and hash, below `parsed/`.

import { MailferryError } from '../core/errors.ts';
import { parsedKey, rawKey } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { ArchiveDate } from '../core/record.ts';

/** @throws PARSE_FAILED of scope `message` if `rawKey` is not this account's and this hash's */
export function parsedKeyOf(ingest: IngestFacts): string {
  const day = /\/dt=(\d{4}-\d{2}-\d{2})\//.exec(ingest.rawKey)?.[1] ?? '';
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the pattern is what the brand means
  const dt = day as ArchiveDate;
  if (day === '' || rawKey(ingest.account, dt, ingest.sha256) !== ingest.rawKey) {
    throw new MailferryError(
      `a parse job names the raw object ${JSON.stringify(ingest.rawKey)}, which is no key of its message`,
      {
        code: 'PARSE_FAILED',
        scope: 'message',
        retryable: false,
      },
    );
  }
  return parsedKey(ingest.account, dt, ingest.sha256);
}
