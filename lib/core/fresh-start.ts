// How long an account is left alone because of its past, and what of that past is forgotten when it gets another chance: its
// owner changed it, or asked for one. Pure.

import type { AccountProgress } from './account-state.ts';

/** It is not polled for now, because of what happened before. */
export function isHeldBack({ nextAttemptAt, suspendedFor }: AccountProgress): boolean {
  return nextAttemptAt !== undefined || suspendedFor !== undefined;
}

/** Twice what an account is ever made to wait: a time farther ahead was written by a wrong clock. */
const LONGEST_WAIT_MS = 60 * 60 * 60 * 1000;

/** It is not its time yet. @param now epoch milliseconds, as `nextAttemptAt` */
export function isWaiting(nextAttemptAt: number | undefined, now: number): boolean {
  return nextAttemptAt !== undefined && nextAttemptAt > now && nextAttemptAt - now <= LONGEST_WAIT_MS;
}

/**
 * Ends suspension and back-off, and has the next run look at everything: what was settled went by other rules, perhaps.
 * What happened stays told: outcomes, failures, times.
 */
export function freshStart(progress: AccountProgress): AccountProgress {
  return { ...progress, nextAttemptAt: undefined, suspendedFor: undefined, settled: undefined };
}
