// What a failed write of exported mail means for whoever asked for it.

import { describeError, MailferryError } from '../core/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** @param where the path that was to be written */
export function outputError(thrown: unknown, where: string): MailferryError {
  // A temporary file fails as a spool does.
  if (thrown instanceof MailferryError && thrown.code === 'SPOOL_FAILED')
    return outputError(thrown.cause, where);
  if (thrown instanceof MailferryError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return new MailferryError(`cannot write ${where}: ${describeError(thrown)}`, {
    code: 'EXPORT_UNWRITABLE',
    scope: 'account',
    retryable: true,
    hint: FULL.has(code)
      ? 'make room and export again'
      : 'check that the folder exists and that this user may write to it',
    cause: thrown,
  });
}

/** Runs what only touches the target: every failure of it is one of the target. @throws EXPORT_UNWRITABLE */
export async function orOutputError<Result>(where: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw outputError(error, where);
  }
}
