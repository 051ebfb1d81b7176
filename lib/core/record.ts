// What the ledger keeps: one small record for each message, one for each run.

import type { AccountId } from './account.ts';
import type { RunCounts } from './run-counts.ts';
import type { Uidl } from './uidl.ts';

declare const sha256: unique symbol;
/** Lower-case hexadecimal SHA-256 of some octets: 64 characters. */
export type Sha256 = string & { readonly [sha256]: true };

declare const archiveDate: unique symbol;
/** `YYYY-MM-DD`, a pure function of a message's octets (see `archiveDateOf`). */
export type ArchiveDate = string & { readonly [archiveDate]: true };

/** The message is in the archive, durable and verified. */
export interface StoredRecord {
  readonly state: 'stored';
  readonly uidl: Uidl;
  readonly sha256: Sha256;
  /** Octets as RETR carried them, dot-unstuffed. */
  readonly octets: number;
  readonly dt: ArchiveDate;
  /** Epoch milliseconds of our first sight of this UIDL. */
  readonly firstSeen: number;
  readonly runId: string;
}

/** The message proved larger than the account allows although LIST said less; it was not stored. */
export interface SkippedRecord {
  readonly state: 'skipped';
  readonly uidl: Uidl;
  /** Octets seen before the transfer was cut: the message has at least as many. */
  readonly octets: number;
  readonly firstSeen: number;
  readonly runId: string;
}

export type MessageRecord = StoredRecord | SkippedRecord;

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
}

/** `complete` all listed messages are decided · `partial` some failed · `stopped` an error or a signal ended it early. */
export type RunOutcome = 'complete' | 'partial' | 'stopped';

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
