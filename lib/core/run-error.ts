// What is kept of an error: in the run's record, in the record of the message that failed.

import { describeError, MailferryError } from './errors.ts';

export interface RunError {
  /** An `ErrorCode`, or `INTERNAL` for a mistake of our own. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const GO_ON = 'run again: what is stored stays stored, and the import goes on where it stopped';

export function toRunError(error: unknown): RunError {
  const known = error instanceof MailferryError ? error : undefined;
  return { code: known?.code ?? 'INTERNAL', message: describeError(error), hint: known?.hint ?? GO_ON };
}
