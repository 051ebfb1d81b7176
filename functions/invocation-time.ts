// The time an invocation has, cut up: work, then a reserve for the message under way and deletions, then the books. Lambda
// ends what takes longer by force, and everything that the invocation was given comes again.

import { MailferryError } from '../lib/core/errors.ts';

export interface InvocationTime extends Disposable {
  /** Aborted with TIME_UP when the reserve begins: no further message is started. */
  readonly stop: AbortSignal;
  /** Aborted with TIME_UP half-way through the reserve: no further deletion is begun, and QUIT commits those that were. */
  readonly deleteUntil: AbortSignal;
  /** Aborted with TIME_UP when what is left is for the books: connections are closed. */
  readonly abort: AbortSignal;
  /** Aborted with TIME_UP at the very end: whoever still hangs is not waited for. */
  readonly over: AbortSignal;
  /** Epoch milliseconds of the end by force. */
  readonly endsAt: number;
}

/** Of the reserve, and no longer than so long. */
const BOOKS_PART = 1 / 4;
const LONGEST_BOOKS_MS = 10_000;
const OVER_PART_OF_BOOKS = 1 / 3;

/**
 * The caller disposes of it, which ends its timers.
 * @param remainingMs to the end by force, from now
 * @param reserveMs kept back from that; at most half of it is
 * @param now epoch milliseconds
 */
export function startInvocationTime(remainingMs: number, reserveMs: number, now: number): InvocationTime {
  const reserve = Math.min(reserveMs, remainingMs / 2);
  const booksMs = Math.min(LONGEST_BOOKS_MS, reserve * BOOKS_PART);
  const stop = abortIn(remainingMs - reserve, 'is nearly over');
  const deleteUntil = abortIn(remainingMs - reserve / 2, 'is nearly over');
  const abort = abortIn(remainingMs - booksMs, 'is all but over');
  const over = abortIn(remainingMs - booksMs * OVER_PART_OF_BOOKS, 'is over');
  return {
    stop: stop.signal,
    deleteUntil: deleteUntil.signal,
    abort: abort.signal,
    over: over.signal,
    endsAt: now + remainingMs,
    [Symbol.dispose]: () => {
      for (const { timer } of [stop, deleteUntil, abort, over]) clearTimeout(timer);
    },
  };
}

function abortIn(delayMs: number, how: string): { signal: AbortSignal; timer: NodeJS.Timeout } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(timeUp(`the time of this invocation ${how}`));
  }, delayMs);
  return { signal: controller.signal, timer };
}

function timeUp(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'TIME_UP',
    scope: 'session',
    retryable: true,
    hint: 'nothing is lost: the next invocation goes on where this one stopped',
  });
}
