// The end of a run: the account's progress, the run's record, the lease given back. Every step is tried, whatever became of
// the others; a run in which there was nothing to do leaves next to nothing.

import { progressAfter } from '../core/account-state.ts';
import type { AccountProgress, AccountState, SettledListing } from '../core/account-state.ts';
import { orLeaseLost } from '../core/lease-lost.ts';
import { toRunError } from '../core/run-error.ts';
import type { RunRecord } from '../core/run-record.ts';
import type { LeaseHold, WithoutLease } from '../ports/ledger.ts';
import type { AccountRun } from './account-run.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

/** How far a run came. */
export interface Course {
  state: AccountState | undefined;
  lease: LeaseKeeper | undefined;
  /** The listing, if it left nothing to do. */
  settled: SettledListing | undefined;
  /** There was nothing to do, and nobody needs to know. */
  isQuiet: boolean;
}

/** Each step is tried, whatever became of the one before: what can be written is, and the lease is given back. */
export async function leaveBehind(run: AccountRun, course: Course, startedAt: number): Promise<void> {
  const { ports, book, options } = run;
  const { state, lease } = course;
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      // What stopped the run stops this too: one report of it is enough.
      const { code } = toRunError(error);
      if (!book.errors.some((reported) => reported.code === code)) book.stopFor(error);
      else if (code === 'LEDGER_FAILED') isLedgerGone = true;
    }
  };
  // A ledger that is locked makes each step wait: it is not asked again for each.
  let isLedgerGone = false;
  if (state && course.isQuiet && options.quietForMs !== undefined) {
    await attempt(async () => await refreshProgress(run, state, course.settled));
    // What it wrote, if anything, tells as much as the run's record would; what went wrong is told in full.
    if (book.outcome === 'complete') return;
  }
  if (state) await attempt(async () => await saveProgress(run, state, course));
  if (!isLedgerGone) {
    await attempt(async () => {
      const record = toRecord(run, startedAt);
      await ports.ledger.recordRun(record);
      options.observer?.recorded?.(record);
    });
  }
  if (lease && !options.held) await attempt(async () => await ports.lease.release(lease.hold));
}

async function saveProgress(run: AccountRun, state: AccountState, { lease, settled }: Course): Promise<void> {
  const { ports, book, runId } = run;
  // Somebody else works on this account, and writes how that went.
  if (book.errors.some(({ code }) => code === 'LEASE_HELD')) return;
  const progress = progressAfter(state.progress, {
    runId,
    endedAt: ports.now(),
    outcome: book.outcome,
    counts: book.counts(),
    listing: book.listingMark(),
    settled,
    errors: book.errors,
    retryAfterMs: book.retryAfterMs,
    jitter: jitterOf(runId),
  });
  const saved = await leaveProgress(run, progress, lease?.hold ?? since(state));
  if (lease) orLeaseLost(saved, lease.hold);
}

/** Without a lease it is refused while another run has it, and that run will write its own. */
async function leaveProgress(
  { account, ports, options: { held, observer } }: AccountRun,
  progress: AccountProgress,
  by: LeaseHold | WithoutLease,
): Promise<'saved' | 'stale'> {
  const saved = await ports.ledger.saveProgress(account.id, progress, held ?? by);
  observer?.progressLeft?.(saved, progress);
  return saved;
}

/** After a quiet run: once in a while that all is well, and at once what has to be known of another listing. */
async function refreshProgress(
  run: AccountRun,
  state: AccountState,
  settled: SettledListing | undefined,
): Promise<void> {
  const { ports, book, options } = run;
  const { progress } = state;
  if (progress === undefined) return;
  const now = ports.now();
  const isYoung = Math.abs(now - (progress.lastSuccessAt ?? 0)) < (options.quietForMs ?? 0);
  const before = progress.settled;
  const isSame =
    settled?.digest === before?.digest &&
    settled?.until === before?.until &&
    settled?.fence === before?.fence;
  // The lease of this run has a fence of its own, which what was settled has to bear from now on.
  if (isYoung && isSame && options.held === undefined) return;
  const lastListing = book.listingMark() ?? progress.lastListing;
  const refreshed = { ...progress, lastEndedAt: now, lastSuccessAt: now, backlog: 0, lastListing, settled };
  await leaveProgress(run, refreshed, since(state));
}

function since({ fence, progress }: AccountState): WithoutLease {
  return { sinceFence: fence, sinceRun: progress?.lastRunId };
}

/** A ULID ends in 80 random bits; five bits a character. */
function jitterOf(runId: string): number {
  return Number.parseInt(runId.slice(-4), 36) / 36 ** 4 || 0;
}

export function toRecord({ account, ports, runId, book }: AccountRun, startedAt: number): RunRecord {
  return {
    account: account.id,
    runId,
    startedAt,
    endedAt: ports.now(),
    counts: book.counts(),
    octets: book.octets,
    outcome: book.outcome,
    errors: book.errors,
    notices: book.notices,
    deletions: book.deletions,
    quarantined: book.quarantined,
  };
}
