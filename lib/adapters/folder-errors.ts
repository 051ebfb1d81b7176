// What a failed read or write below the archive folder means for its owner.

import { describeError, MailferryError } from '../core/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);

export function writeError(thrown: unknown, what: string, folder: string): MailferryError {
  // The temporary file an object is written to fails as a spool does; here it is the archive that is in trouble.
  if (thrown instanceof MailferryError && thrown.code === 'SPOOL_FAILED') {
    return writeError(thrown.cause, what, folder);
  }
  if (thrown instanceof MailferryError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (FULL.has(code)) {
    return new MailferryError(`no space left for ${what} in the archive ${folder} (${code})`, {
      code: 'ARCHIVE_FULL',
      scope: 'account',
      retryable: true,
      hint: 'make room and run again: nothing was lost, and the import goes on where it stopped',
      cause: thrown,
    });
  }
  return new MailferryError(`cannot write ${what} in the archive ${folder}: ${describeError(thrown)}`, {
    code: 'ARCHIVE_UNWRITABLE',
    scope: 'account',
    retryable: true,
    hint: 'check that the archive folder exists and that this user may write to it',
    cause: thrown,
  });
}

export function readError(thrown: unknown, key: string): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  return new MailferryError(`cannot read ${key} from the archive: ${describeError(thrown)}`, {
    code: 'ARCHIVE_UNREADABLE',
    scope: 'account',
    retryable: true,
    hint: 'check that this user may read the archive folder',
    cause: thrown,
  });
}
