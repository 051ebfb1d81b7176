// What the ledger keeps of an account between its runs, and how a run changes it. Pure.

import type { RunCounts } from './run-counts.ts';
import type { RunOutcome } from './run-record.ts';

/** Written at the end of a run, by whoever holds the lease. */
export interface AccountProgress {
  readonly lastRunId: string;
  /** Epoch milliseconds, as are all times here. */
  readonly lastEndedAt: number;
  readonly lastOutcome: RunOutcome;
  readonly lastSuccessAt: number | undefined;
  /** Messages left for later at the end of the last run. */
  readonly backlog: number;
  /** Runs since the last success that failed. */
  readonly failures: number;
  /** After failures: not before this time. A person may. */
  readonly nextAttemptAt: number | undefined;
  readonly lastListing: ListingMark | undefined;
}

/** What the last listing was like, so that the next can be told from a stranger's. */
export interface ListingMark {
  /** Messages listed, without those deleted since. */
  readonly rows: number;
  /** Those of them with a UIDL that the ledger has a record of. */
  readonly recorded: number;
}

export interface AccountState {
  /** `undefined` before the first run. */
  readonly progress: AccountProgress | undefined;
  /** Set before messages are marked `deleting`, cleared when their fate is known. */
  readonly deletionsUnsettled: boolean;
  /** Who runs, or ran last and died. */
  readonly lease: { readonly owner: string; readonly expiresAt: number } | undefined;
}

export const NEW_ACCOUNT_STATE: AccountState = Object.freeze({
  progress: undefined,
  deletionsUnsettled: false,
  lease: undefined,
});

const FIRST_BACK_OFF_MS = 60_000;
const LONGEST_BACK_OFF_MS = 6 * 60 * 60 * 1000;

export interface EndedRun {
  readonly runId: string;
  readonly endedAt: number;
  readonly outcome: RunOutcome;
  readonly counts: RunCounts;
  /** `undefined` if the run never saw one, or did not come to its end. */
  readonly listing: ListingMark | undefined;
}

/** `partial` is a success of the account: it was reached, and its failed messages are counted of themselves. */
export function progressAfter(before: AccountProgress | undefined, run: EndedRun): AccountProgress {
  const failed = run.outcome === 'stopped';
  const failures = failed ? (before?.failures ?? 0) + 1 : 0;
  const seen = run.listing !== undefined || run.counts.listed > 0;
  return {
    lastRunId: run.runId,
    lastEndedAt: run.endedAt,
    lastOutcome: run.outcome,
    lastSuccessAt: failed ? before?.lastSuccessAt : run.endedAt,
    backlog: seen ? run.counts.deferred + run.counts.failed : (before?.backlog ?? 0),
    failures,
    nextAttemptAt: failed ? run.endedAt + backOffMs(failures) : undefined,
    lastListing: run.listing ?? before?.lastListing,
  };
}

/** Doubles from a minute to six hours. */
function backOffMs(failures: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(failures - 1, 20));
}
