// What is taken from an account's past when it gets another chance: its owner changed it, or asked for one. Pure.

import type { AccountProgress } from './account-state.ts';

/** It is not polled for now, because of what happened before. */
export function isHeldBack({ nextAttemptAt, suspendedFor }: AccountProgress): boolean {
  return nextAttemptAt !== undefined || suspendedFor !== undefined;
}

/**
 * Ends suspension and back-off, and has the next run look at everything: what was settled went by other rules, perhaps.
 * What happened stays told: outcomes, failures, times.
 */
export function freshStart(progress: AccountProgress): AccountProgress {
  return { ...progress, nextAttemptAt: undefined, suspendedFor: undefined, settled: undefined };
}
