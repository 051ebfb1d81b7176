// What the ledger keeps of an account between its runs, and how a run changes it. Pure.

import type { RunCounts } from './run-counts.ts';
import type { RunError } from './run-error.ts';
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
  /** Why it is left alone until `nextAttemptAt`, if that is a thing its owner has to mend: POP3_AUTH_FAILED, TOKEN_REFUSED. */
  readonly suspendedFor: string | undefined;
  readonly settled: SettledListing | undefined;
}

/** A listing with which there was nothing to do: while the server gives the same, and nothing falls due, there still is nothing. */
export interface SettledListing {
  /** Of every row's UIDL and size in their order, and of the account's rules that decide about them. */
  readonly digest: string;
  readonly known: number;
  readonly skipped: number;
  /** Deletions were due, and a switch of the account or of the run forbade them. */
  readonly isSwitchedOff?: boolean;
  /** Epoch milliseconds: from then on it is looked at in full again. */
  readonly until: number;
  /** The account's, when it was settled: whoever had a lease since may have changed records, and died before he could say so. */
  readonly fence: number;
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
  /** Of the last lease given; 0 before the first. */
  readonly fence: number;
  /** Who runs, or ran last and died. */
  readonly lease: { readonly owner: string; readonly expiresAt: number } | undefined;
}

export const NEW_ACCOUNT_STATE: AccountState = Object.freeze({
  progress: undefined,
  deletionsUnsettled: false,
  fence: 0,
  lease: undefined,
});

/** Whether a state is still the one that was read: nobody had the lease since, and no run has left its progress. */
export function isUnchangedSince(
  { fence, progress }: AccountState,
  { sinceFence, sinceRun }: { readonly sinceFence: number; readonly sinceRun: string | undefined },
): boolean {
  return fence === sinceFence && progress?.lastRunId === sinceRun;
}

const FIRST_BACK_OFF_MS = 60_000;
const LONGEST_BACK_OFF_MS = 6 * 60 * 60 * 1000;

export interface EndedRun {
  readonly runId: string;
  readonly endedAt: number;
  readonly outcome: RunOutcome;
  readonly counts: RunCounts;
  /** `undefined` if the run never saw one, or did not come to its end. */
  readonly listing: ListingMark | undefined;
  readonly settled: SettledListing | undefined;
  readonly errors: readonly Pick<RunError, 'code'>[];
  /** What ended the run said that it is of no use earlier. */
  readonly retryAfterMs: number | undefined;
  /** From 0 to 1, at random: what failed together is not tried again together. */
  readonly jitter: number;
}

/** `partial` is a success of the account: it was reached, and its failed messages are counted of themselves. */
export function progressAfter(before: AccountProgress | undefined, run: EndedRun): AccountProgress {
  const failed = run.outcome === 'stopped';
  const failures = failed ? (before?.failures ?? 0) + 1 : 0;
  const seen = run.listing !== undefined || run.counts.listed > 0;
  const refusal = failed ? refusalIn(run.errors) : undefined;
  const ownMs = refusal !== undefined ? suspensionMs(before) : backOffMs(failures);
  const waitMs = Math.max(ownMs, run.retryAfterMs ?? 0);
  return {
    lastRunId: run.runId,
    lastEndedAt: run.endedAt,
    lastOutcome: run.outcome,
    lastSuccessAt: failed ? before?.lastSuccessAt : run.endedAt,
    backlog: seen ? run.counts.deferred + run.counts.failed : (before?.backlog ?? 0),
    failures,
    nextAttemptAt: failed ? run.endedAt + Math.round(waitMs * (1 + JITTER_PART * run.jitter)) : undefined,
    lastListing: run.listing ?? before?.lastListing,
    suspendedFor: refusal,
    settled: run.settled,
  };
}

/** What we show is refused: by the server, or by the one that gives tokens for it. */
const REFUSALS: readonly string[] = ['POP3_AUTH_FAILED', 'TOKEN_REFUSED'];

/** The code of the error for which an account is left alone until its owner has mended something; `undefined` if there is none. */
export function refusalIn(errors: readonly Pick<RunError, 'code'>[]): string | undefined {
  return errors.find(({ code }) => REFUSALS.includes(code))?.code;
}

/** Providers lock mailboxes that are tried with a wrong password again and again. */
const FIRST_SUSPENSION_MS = 60 * 60 * 1000;
const LONG_SUSPENSION_MS = 24 * 60 * 60 * 1000;
const JITTER_PART = 1 / 4;

/** An hour, in case the server was only out of order; then a day. */
function suspensionMs(before: AccountProgress | undefined): number {
  return before?.suspendedFor === undefined ? FIRST_SUSPENSION_MS : LONG_SUSPENSION_MS;
}

/** Doubles from a minute to six hours. */
function backOffMs(failures: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(failures - 1, 20));
}
