// What the ledger keeps of a run: when, how many, what went wrong, what was deleted.

import type { AccountId } from './account.ts';
import type { DeletionReason } from './plan-deletions.ts';
import type { Sha256 } from './record.ts';
import type { RunCounts } from './run-counts.ts';
import type { RunError } from './run-error.ts';
import type { Uidl } from './uidl.ts';

export interface RunRecord {
  readonly account: AccountId;
  /** A ULID: sorts by start. */
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly counts: RunCounts;
  /** Octets of the messages fetched in this run. */
  readonly octets: number;
  readonly outcome: RunOutcome;
  /** What stopped the run, or failed a message in it; empty when all went well. */
  readonly errors: readonly RunError[];
  /** What is worth knowing and no failure. */
  readonly notices: readonly RunNotice[];
  readonly deletions: DeletionLog;
  /** UIDLs of the messages set aside in this run. Absent in what an earlier version wrote. */
  readonly quarantined?: readonly Uidl[];
}

/** `complete` all listed messages are decided · `partial` some failed · `stopped` an error or a signal ended it early. */
export type RunOutcome = 'complete' | 'partial' | 'stopped';

/**
 * `NO_UIDL` the server has no UIDL command · `UIDL_TURNOVER` it gave its messages new UIDLs ·
 * `DELETIONS_REFUSED` some were due, and something looked wrong · `TIME_UP` the run ended before its deadline with mail left ·
 * `RECONNECTED` a session broke at a message and another one went on ·
 * `LISTED_AGAIN` what the server had confirmed to be deleted is there ·
 * `TOKEN_NOT_KEPT` a refresh token was replaced, and the new one could not be kept.
 */
export interface RunNotice {
  readonly code:
    | 'NO_UIDL'
    | 'UIDL_TURNOVER'
    | 'DELETIONS_REFUSED'
    | 'TIME_UP'
    | 'RECONNECTED'
    | 'LISTED_AGAIN'
    | 'TOKEN_NOT_KEPT';
  readonly message: string;
}

export interface DeletionLog {
  /**
   * `none` nothing was due · `off` some were, and a switch forbids it · `refused` see the notice ·
   * `committed` QUIT got its `+OK` · `unknown` QUIT was sent or prepared and got none: the next run finds out.
   */
  readonly outcome: 'none' | 'off' | 'refused' | 'committed' | 'unknown';
  readonly entries: readonly DeletionEntry[];
}

export interface DeletionEntry {
  readonly uidl: Uidl;
  readonly sha256: Sha256;
  readonly reason: DeletionReason;
  /** The server's answer to DELE. */
  readonly dele: 'ok' | 'refused';
}
