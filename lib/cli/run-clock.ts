// When a command has to end: by `--time`, and by a signal. One deadline for all accounts of the command.

import { MailferryError } from '../core/errors.ts';
import { formatDuration } from './format.ts';
import type { SignalWatch } from './signals.ts';

/** Kept back from the time given, for the message under way, deletions and QUIT: a part of it, and no more than so long. */
const RESERVE_PART = 1 / 5;
const LONGEST_RESERVE_MS = 30_000;

export interface RunClock extends SignalWatch {
  readonly deleteUntil: AbortSignal;
}

/**
 * Its `stop` is also aborted a reserve before the time is over, its `abort` when it is over, with TIME_UP as the
 * reason; its `deleteUntil` half-way between them.
 * `close` ends the timers; the signals stay whose they are.
 * @param timeMs from now; `undefined` for as long as it takes
 */
export function startRunClock(signals: SignalWatch, timeMs: number | undefined): RunClock {
  if (timeMs === undefined)
    return { stop: signals.stop, abort: signals.abort, deleteUntil: signals.abort, close: () => {} };
  const stop = new AbortController();
  const deleteUntil = new AbortController();
  const abort = new AbortController();
  const reserveMs = Math.min(LONGEST_RESERVE_MS, timeMs * RESERVE_PART);
  const stopTimer = setTimeout(() => {
    stop.abort(timeUp(`the time given with --time, ${formatDuration(timeMs)}, is nearly over`));
  }, timeMs - reserveMs);
  const deleteTimer = setTimeout(
    () => {
      deleteUntil.abort(timeUp('it is time to commit the deletions made'));
    },
    timeMs - reserveMs / 2,
  );
  const abortTimer = setTimeout(() => {
    abort.abort(timeUp(`the time given with --time, ${formatDuration(timeMs)}, is over`));
  }, timeMs);
  return {
    stop: AbortSignal.any([signals.stop, stop.signal]),
    deleteUntil: deleteUntil.signal,
    abort: AbortSignal.any([signals.abort, abort.signal]),
    close: () => {
      clearTimeout(stopTimer);
      clearTimeout(deleteTimer);
      clearTimeout(abortTimer);
    },
  };
}

function timeUp(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'TIME_UP',
    scope: 'session',
    retryable: true,
    hint: 'run again: the import goes on where it stopped; a longer --time lets it get further',
  });
}
