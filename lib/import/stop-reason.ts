// Why a run is to end early, as an error that can be reported.

import { MailferryError } from '../core/errors.ts';

/** @param signal aborted, with a MailferryError as its reason or without one */
export function stopReason(signal: AbortSignal): MailferryError {
  if (signal.reason instanceof MailferryError) return signal.reason;
  return new MailferryError('the run was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run again: the import goes on where it stopped',
  });
}

/** Whether the run's time is up, which is no failure of it. */
export function isTimeUp(signal: AbortSignal): boolean {
  return stopReason(signal).code === 'TIME_UP';
}
