// What a failed request to S3 means for the archive's owner. The SDK's own messages stay in `cause`: they may carry names
// of keys and roles, and must not reach a log by way of ours.

import { MailferryError } from '../core/errors.ts';
import { diagnose } from './s3-diagnosis.ts';

/** @param what was to be done, as in `write object a/b in s3://bucket` */
export function s3WriteError(thrown: unknown, what: string): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const { full } = diagnose(thrown);
  return s3Error(thrown, what, full ? 'ARCHIVE_FULL' : 'ARCHIVE_UNWRITABLE');
}

/** @param what was to be done, as in `read object a/b in s3://bucket` */
export function s3ReadError(thrown: unknown, what: string): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  return s3Error(thrown, what, 'ARCHIVE_UNREADABLE');
}

/** The same request may succeed within seconds. */
export function isTransient(thrown: unknown): boolean {
  return !(thrown instanceof MailferryError) && diagnose(thrown).retryable;
}

export function httpStatusOf(thrown: unknown): number | undefined {
  return diagnose(thrown).status;
}

function s3Error(
  thrown: unknown,
  what: string,
  code: 'ARCHIVE_FULL' | 'ARCHIVE_UNWRITABLE' | 'ARCHIVE_UNREADABLE',
): MailferryError {
  const { found, retryable, hint } = diagnose(thrown);
  return new MailferryError(`cannot ${what}: ${found}`, {
    code,
    scope: 'account',
    retryable,
    hint,
    cause: thrown,
  });
}
