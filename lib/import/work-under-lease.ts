// The part of a run that changes something, in its order: what an earlier run left, UIDL turnover, the plan made again,
// messages, deletions, QUIT.

import type { AccountState } from '../core/account-state.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import type { AccountRun } from './account-run.ts';
import { deleteMessages } from './delete-messages.ts';
import { fetchMessages } from './fetch-messages.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';
import { decideUnfetched, planRun } from './plan-run.ts';
import type { PlannedRun } from './plan-run.ts';
import { proveKnown } from './prove-known.ts';
import { reidentify } from './reidentify.ts';
import { settleDeletions } from './settle-deletions.ts';
import { isTimeUp, stopReason } from './stop-reason.ts';

/**
 * @param state read under the lease: everything decided before is decided again
 * @throws what ends the run; what is committed stays committed
 */
export async function workUnderLease(
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
  state: AccountState,
): Promise<void> {
  const gone = state.deletionsUnsettled ? await settleDeletions(maildrop.listing, run, lease) : 0;
  const { plan: planned, health } = await planAgain(run, maildrop, lease, expectingGone(state, gone));
  const { plan, proven } = await proveKnown(planned, run, maildrop, lease);
  decideUnfetched(plan, run);
  run.options.observer?.planned?.(plan);
  const fetched = await fetchMessages(plan, run, maildrop, lease);
  if (mayGoOn(run)) {
    const candidates = inOrder([...proven, ...fetched], maildrop);
    const marked = await deleteMessages(candidates, health, run, maildrop, lease);
    if (await maildrop.quit()) await marked?.settle();
  } else {
    await maildrop.quit();
  }
}

/** What an earlier run deleted has not vanished. */
function expectingGone(state: AccountState, gone: number): AccountState {
  const { progress } = state;
  const last = progress?.lastListing;
  if (!progress || !last) return state;
  const lastListing = {
    rows: Math.max(0, last.rows - gone),
    recorded: Math.max(0, last.recorded - gone),
  };
  return { ...state, progress: { ...progress, lastListing } };
}

async function planAgain(
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
  state: AccountState,
): Promise<PlannedRun> {
  const planned = await planRun(run, maildrop.listing, state);
  const { health } = planned;
  if (health.kind !== 'turnover' || planned.unknown.length === 0) return planned;
  const done = await reidentify(planned.unknown, run, maildrop, lease);
  run.book.notice('UIDL_TURNOVER', `${health.explanation}: ${done}`);
  return { ...(await planRun(run, maildrop.listing, state)), health };
}

/** A run whose time is up makes its deletions; one that somebody interrupted does no more than end properly. */
function mayGoOn({ book, options: { stop } }: AccountRun): boolean {
  if (!stop.aborted) return true;
  const reason = stopReason(stop);
  if (!isTimeUp(stop)) {
    book.stopFor(reason);
    return false;
  }
  const left = book.counts().deferred;
  if (left > 0) book.notice('TIME_UP', `${reason.message}: ${left} messages are left for the next run`);
  return true;
}

/** Oldest first, and only what the present session lists. */
function inOrder(candidates: readonly DeletionCandidate[], maildrop: Maildrop): DeletionCandidate[] {
  return candidates
    .filter(({ listed }) => maildrop.has(listed))
    .sort((a, b) => a.listed.messageNumber - b.listed.messageNumber);
}
