// When the examination of one account has to be over, whatever its server does.

import { MailferryError } from '../../core/errors.ts';
import { formatDuration } from '../format.ts';

export interface Deadline {
  /** Aborted then with TIME_UP, or before with the reason of `interrupt`. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly until: number;
  /** Ends the timer. */
  readonly close: () => void;
}

/** @param timeMs from now */
export function startDeadline(timeMs: number, interrupt: AbortSignal): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new MailferryError(`the time given, ${formatDuration(timeMs)}, is over`, {
        code: 'TIME_UP',
        scope: 'session',
        retryable: true,
        hint: 'a longer --time lets it get further, if the server answers at all',
      }),
    );
  }, timeMs);
  return {
    signal: AbortSignal.any([interrupt, controller.signal]),
    until: Date.now() + timeMs,
    close: () => {
      clearTimeout(timer);
    },
  };
}
