// What an account in a slot that is due comes to: polled, or left alone for now; and whether it has had no success for too
// long. Pure: what decides whether others were told of it already is the calendar, so that nothing is written for it.

import { isWaiting } from '../core/fresh-start.ts';
import type { ScheduledAccount } from '../ports/directory.ts';
import type { DueSlot } from './plan-tick.ts';

export interface AccountVerdict {
  /** `wait` it failed · `suspended` its owner has to mend something. */
  readonly action: 'poll' | 'wait' | 'suspended';
  /** Since its last success, or since it was applied if that is later. */
  readonly successAgeMs: number;
  readonly isStale: boolean;
  /** It is stale, and for this day (UTC) nobody was told. */
  readonly isNews: boolean;
}

/** What clocks that are well may differ by. */
const CLOCKS_APART_MS = 60 * 60 * 1000;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** An account that is well renews the mark of its success no more often (`quietForMs` in functions/fetch/run-account.ts). */
const MARK_RENEWED_MS = 60 * 60 * 1000;

/**
 * An account polled once a week cannot have succeeded yesterday, and none could while nobody dispatched: stale is who had no
 * success for so long, and had a turn since the last that would have left its mark.
 * @param staleMs without success for so long, and it is stale; @param now epoch milliseconds
 */
export function judgeAccount(
  account: ScheduledAccount,
  { minute, since }: DueSlot,
  { now, staleMs }: { readonly now: number; readonly staleMs: number },
): AccountVerdict {
  const success = Math.max(past(account.lastSuccessAt, now), past(account.appliedAt, now));
  const isStaleAt = (turn: number, before: number): boolean =>
    turn * MINUTE_MS - success >= staleMs && before * MINUTE_MS - success >= MARK_RENEWED_MS;
  const isStale = isStaleAt(minute, since);
  const isFirstOfDay = Math.floor(minute / DAY_MINUTES) > Math.floor(since / DAY_MINUTES);
  const wasStale = isStaleAt(since, since - (minute - since));
  return {
    action: actionFor(account, now),
    successAgeMs: Math.max(0, now - success),
    isStale,
    isNews: isStale && (isFirstOfDay || !wasStale),
  };
}

/** A time from the future, by a wrong clock, would hide for as long that nothing succeeds. */
function past(time: number | undefined, now: number): number {
  return time === undefined || time - now > CLOCKS_APART_MS ? 0 : time;
}

function actionFor({ nextAttemptAt, suspendedFor }: ScheduledAccount, now: number): AccountVerdict['action'] {
  if (!isWaiting(nextAttemptAt, now)) return 'poll';
  return suspendedFor === undefined ? 'wait' : 'suspended';
}
