// The part of a run that changes something, in its order: UIDL turnover, the plan made again,
// messages, proof of what is known by its UIDL alone, deletions, QUIT.

import type { AccountState } from '../core/account-state.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { AccountRun } from './account-run.ts';
import { deleteMessages, dueDeletions, isSwitchedOff } from './delete-messages.ts';
import { fetchMessages } from './fetch-messages.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';
import { decideUnfetched, knownCandidates, planInFull, planRun } from './plan-run.ts';
import type { PlannedRun } from './plan-run.ts';
import { proveKnown } from './prove-known.ts';
import { reidentify } from './reidentify.ts';
import { rowsOf } from './settled-listing.ts';
import { isTimeUp, stopReason } from './stop-reason.ts';

/**
 * @param state read under the lease: everything decided before is decided again
 * @returns what was planned, unless the run was interrupted
 * @throws what ends the run; what is committed stays committed
 */
export async function workUnderLease(
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
  state: AccountState,
): Promise<PlannedRun | undefined> {
  const planned = await planAgain(run, maildrop, lease, state);
  const { plan, health, reusesUidls, hasProgress } = planned;
  decideUnfetched(planned, run);
  noteListedAgain(plan, run);
  run.options.observer?.planned?.(plan, rowsOf(planned.settled));
  const fetched = await fetchMessages(plan, run, maildrop, lease, hasProgress);
  if (!mayGoOn(run)) {
    await maildrop.quit();
    return undefined;
  }
  const known = knownCandidates(plan);
  const isOff = isSwitchedOff([...known, ...fetched], run);
  const due = isOff ? [] : dueDeletions(known, run).due;
  const doubtful = reusesUidls ? known : due;
  const proven = await proveKnown(doubtful, run, maildrop, lease);
  const marked = await deleteMessages(inOrder([...proven, ...fetched]), health, run, maildrop, lease);
  if (await maildrop.quit()) await marked?.settle();
  return planned;
}

/** @returns also whether messages were recognised, or tried to be, which gets a run further even if it fetches nothing */
async function planAgain(
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
  state: AccountState,
): Promise<PlannedRun & { readonly hasProgress: boolean }> {
  const planned = await planRun(run, maildrop.rows, state);
  const { health, unknown, unidentified } = planned;
  if (health.kind !== 'turnover' || unknown.length === 0) return { ...planned, hasProgress: false };
  // A server that cannot show its headers would end every run in the same place.
  const isHopeless = (state.progress?.failures ?? 0) >= MAX_FAILED_TURNOVERS;
  const done = isHopeless
    ? 'the runs before this one failed over recognising them, so every message is fetched again'
    : await reidentify(unknown, unidentified, run, maildrop, lease);
  run.book.notice('UIDL_TURNOVER', `${health.explanation}: ${done}`);
  return { ...(await planInFull(run, maildrop.rows, state)), health, hasProgress: !isHopeless };
}

const MAX_FAILED_TURNOVERS = 2;

function noteListedAgain(plan: readonly PlannedMessage[], { book }: AccountRun): void {
  const again = plan.filter(({ reason }) => reason === 'listed-again').length;
  if (again === 0) return;
  book.notice(
    'LISTED_AGAIN',
    `${again} messages whose deletion the server confirmed are listed, and fetched, again`,
  );
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

function inOrder<Candidate extends DeletionCandidate>(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => a.listed.messageNumber - b.listed.messageNumber);
}
