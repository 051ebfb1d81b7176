// How one run is asked for, and what it tells while it goes on.

import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { PlannedDeletion } from '../core/plan-deletions.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { RunError } from '../core/run-error.ts';
import type { RunNotice, RunRecord } from '../core/run-record.ts';
import type { LeaseHold } from '../ports/ledger.ts';
import type { WorkLimits } from '../core/work-under-way.ts';

export interface ImportOptions {
  /** List and plan only: nothing is retrieved, nothing is written. */
  readonly dryRun?: boolean;
  /** Delete nothing on the server in this run, whatever the account says. */
  readonly noDelete?: boolean;
  /**
   * Aborted: no further message is started; what is under way is finished, deletions are made, and the session ends
   * properly. With a MailferryError of code TIME_UP as its reason that is no failure.
   */
  readonly stop: AbortSignal;
  /** Aborted: no further deletion is begun, and those made so far are committed. Without it they take the time they need. */
  readonly deleteUntil?: AbortSignal;
  /** What the account's state was a moment ago, by whoever has just read it: saves a read. */
  readonly state?: AccountState;
  /** A lease lasts so long unless it is renewed. Default: LEASE_MS. */
  readonly leaseMs?: number;
  /** The account's lease, where the caller has it: the run works under it, renews it, and leaves it to the caller. */
  readonly held?: LeaseHold;
  /** What may be under way between server and ledger. Default: STORED_AT_ONCE. */
  readonly storedAtOnce?: WorkLimits;
  /**
   * Whether a message that alone is too slow for the time of this run counts as failed. Default: true. Not where longer runs
   * come after this one.
   */
  readonly chargesSlowness?: boolean;
  /**
   * A run that has nothing to do, of an account whose last success is younger than this, leaves no trace behind: no
   * run's record, no progress. Default: every run leaves one.
   */
  readonly quietForMs?: number;
  /** Aborted: the connection is closed at once. */
  readonly abort: AbortSignal;
  readonly observer?: ImportObserver;
}

/** What happens during a run, for whoever watches. Nothing thrown here is caught. */
export interface ImportObserver {
  /**
   * The decision on every listed message that was looked at; after a UIDL turnover the one that counts.
   * @param others listed messages of which it was known without a look that they need nothing
   */
  planned?(messages: readonly PlannedMessage[], others: number): void;
  /** What a dry run would delete: of the messages known, and of those it would fetch. */
  deletionsPlanned?(preview: DeletionPreview): void;
  octets?(count: number): void;
  /** One planned fetch is decided. */
  decided?(outcome: 'stored' | 'duplicate' | 'skipped' | 'quarantined' | 'failed'): void;
  failed?(error: RunError): void;
  noticed?(notice: RunNotice): void;
  /** What the run means for the account is written, or refused because another run has the lease, and writes its own. */
  progressLeft?(saved: 'saved' | 'stale', progress: AccountProgress): void;
  /** The run's record is in the ledger, as it is told here. Not called for a quiet run. */
  recorded?(run: RunRecord): void;
}

export interface DeletionPreview {
  /** `off` a switch forbids deletions · `refused` something looks wrong: see the notice. */
  readonly outcome: 'none' | 'planned' | 'off' | 'refused';
  readonly due: readonly PlannedDeletion[];
  /** Due as well, beyond the limit of a run. */
  readonly deferred: number;
  /** Messages the run would fetch, and delete as soon as they are stored. */
  readonly afterFetch: number;
}
