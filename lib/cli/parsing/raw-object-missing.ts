// For a parse job without a message: somebody took the object away between its import and its parsing.

import { MailferryError } from '../../core/errors.ts';
import type { ParseJob } from '../../ports/work.ts';

export function rawObjectMissing(job: ParseJob): MailferryError {
  return new MailferryError(`the stored message ${job.ingest.rawKey} is gone from the archive`, {
    code: 'ARCHIVE_CORRUPT',
    scope: 'account',
    retryable: false,
    hint: 'put the file back from a backup, or find out who removed it',
  });
}
