// What the ledger keeps of a message: one small record, whose state says what became of it.

import type { RunError } from './run-error.ts';
import type { Uidl } from './uidl.ts';

declare const sha256: unique symbol;
/** Lower-case hexadecimal SHA-256 of some octets: 64 characters. */
export type Sha256 = string & { readonly [sha256]: true };

declare const archiveDate: unique symbol;
/** `YYYY-MM-DD`, a pure function of a message's octets (see `archiveDateOf`). */
export type ArchiveDate = string & { readonly [archiveDate]: true };

interface RecordOfUidl {
  /** Empty where the server gave none: such a message is known by its content alone. */
  readonly uidl: Uidl;
  /** Epoch milliseconds of our first sight of this message. */
  readonly firstSeen: number;
  /** The run that wrote the record; of a stored one the first that did. */
  readonly runId: string;
}

/** The message is in the archive, durable and verified. */
export interface StoredRecord extends RecordOfUidl {
  readonly state: 'stored';
  readonly sha256: Sha256;
  /** Octets as RETR carried them, dot-unstuffed. */
  readonly octets: number;
  /** What LIST said of it when it was fetched; `undefined` if nothing usable. Another number later means another message. */
  readonly listedOctets: number | undefined;
  readonly dt: ArchiveDate;
  /**
   * Of the header block without the empty line after it: what TOP n 0 shows of the message, so that it can be found
   * again when the server gives it another UIDL. `undefined` when the block is too long to keep track of.
   */
  readonly headerSha256: Sha256 | undefined;
  /** `header`: after a UIDL turnover, by header and size; its octets were not fetched under this UIDL, so nothing is deleted on its word. */
  readonly identifiedBy: 'octets' | 'header';
  readonly mark: RecordMark | undefined;
}

/**
 * `deleting` about to be deleted on the server: whether it was is not known · `deleted` the server confirmed it ·
 * `lost` its object is missing from the archive: it is fetched again if the server still has it.
 */
export interface RecordMark {
  readonly kind: 'deleting' | 'deleted' | 'lost';
  /** Epoch milliseconds. */
  readonly at: number;
  readonly runId: string;
}

/** The message proved larger than the account allows although LIST said less; it was not stored. */
export interface SkippedRecord extends RecordOfUidl {
  readonly state: 'skipped';
  /** Octets seen before the transfer was cut: the message has at least as many. */
  readonly octets: number;
}

/** The message could not be fetched. `quarantined`: so often that it is left alone until somebody says otherwise. */
export interface FailedRecord extends RecordOfUidl {
  readonly state: 'failed' | 'quarantined';
  /** Runs in which it failed. */
  readonly attempts: number;
  /** Epoch milliseconds of the last one. */
  readonly failedAt: number;
  readonly error: RunError;
}

export type MessageRecord = StoredRecord | SkippedRecord | FailedRecord;

/** What tells one stored record from another: a UIDL alone does not where a server gives it twice. */
export type StoredRef = Pick<StoredRecord, 'uidl' | 'sha256'>;

/** A message that failed in so many runs is quarantined. */
const MAX_ATTEMPTS = 3;

/**
 * The record of one more failure.
 * @param before what the ledger has of this UIDL, if it is a failure
 */
export function failedAgain(
  before: FailedRecord | undefined,
  failure: RecordOfUidl & { readonly failedAt: number; readonly error: RunError },
): FailedRecord {
  const attempts = (before?.attempts ?? 0) + 1;
  return {
    ...failure,
    firstSeen: before?.firstSeen ?? failure.firstSeen,
    state: attempts >= MAX_ATTEMPTS ? 'quarantined' : 'failed',
    attempts,
  };
}
