// What a poll does with an account, from one look at it. Pure. The queue is not the lock and its messages are not the truth:
// one that comes late, or twice, finds here that it is not needed.

import type { Account } from '../../lib/core/account.ts';
import type { AccountState } from '../../lib/core/account-state.ts';
import { isUnderWay } from '../../lib/core/drain.ts';
import type { Drain } from '../../lib/core/drain.ts';
import { isWaiting } from '../../lib/core/fresh-start.ts';
import type { AccountView } from '../../lib/ports/directory.ts';

export type PollPlan =
  | { readonly act: 'drop'; readonly reason: DropReason }
  /** A drain is under way, and its message may never have reached the queue. */
  | { readonly act: 'send'; readonly drain: Drain }
  | { readonly act: 'run'; readonly account: Account };

/**
 * `unknown` nobody has applied it, or it was removed · `paused` its owner wants no polls · `leased` a run is at work ·
 * `draining` a drain is under way · `suspended` its owner has to mend something · `backing-off` its last run failed.
 */
export type DropReason = 'unknown' | 'paused' | 'leased' | 'draining' | 'suspended' | 'backing-off';

/**
 * A drain that is under way no longer, because its message was lost, does not count: a poll takes over.
 * @param now epoch milliseconds
 * @param isRetry the message was given out before, and the run for it failed or died: its own wait is long enough, so that it is
 *        seen whether the failure lasts. Not if only the telling failed.
 */
export function planPoll({ applied, state, drain }: AccountView, now: number, isRetry: boolean): PollPlan {
  if (applied === undefined) return drop('unknown');
  if (applied.account.paused) return drop('paused');
  if (isLeased(state, now)) return drop('leased');
  if (drain !== undefined && isUnderWay(drain, now)) {
    return drain.isSent ? drop('draining') : { act: 'send', drain };
  }
  if (isSuspended(state, now)) return drop('suspended');
  if (isBackingOff(state, now) && !isRetry) return drop('backing-off');
  return { act: 'run', account: applied.account };
}

/** Somebody has the lease, or died with it a short time ago. */
export function isLeased({ lease }: AccountState, now: number): boolean {
  return lease !== undefined && lease.expiresAt > now;
}

/** Not tried before its time: passwords are not tried out. */
export function isSuspended(state: AccountState, now: number): boolean {
  return state.progress?.suspendedFor !== undefined && isBackingOff(state, now);
}

function isBackingOff({ progress }: AccountState, now: number): boolean {
  return isWaiting(progress?.nextAttemptAt, now);
}

function drop(reason: DropReason): PollPlan {
  return { act: 'drop', reason };
}
