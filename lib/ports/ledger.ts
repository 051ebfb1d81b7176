// A port: What was fetched, and who may write that down.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { AccountId } from '../core/account.ts';
import type { MessageRecord, RecordMark, StoredRef } from '../core/record.ts';
import type { RunRecord } from '../core/run-record.ts';
import type { Uidl } from '../core/uidl.ts';

export interface Ledger {
  /**
   * What is known of the given UIDLs. A UIDL the ledger has never seen has no entry; one that several
   * messages share has several records. Strongly consistent.
   * @throws LEDGER_FAILED
   */
  find(account: AccountId, uidls: Iterable<Uidl>): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>>;
  /** Every record of the account, in no particular order; records written meanwhile may be among them. @throws LEDGER_FAILED */
  records(account: AccountId): AsyncIterable<MessageRecord>;
  /**
   * Record the fate of one message: for a `stored` record THE commit. Durable when it resolves, safe to repeat.
   *
   * A `stored` record replaces a `skipped`, `failed` or `quarantined` one of its UIDL. If the same message (UIDL and
   * sha256) is `stored` already, it `exists`: the record there keeps its `firstSeen` and `runId` and takes the rest, a
   * mark is cleared, and `identifiedBy: octets` is never weakened to `header`.
   * Any other record replaces one that is not `stored`, and never a `stored` one: then it `exists`.
   *
   * @returns with `record`, what the ledger has now: of this message, or if it `exists` otherwise, of its UIDL
   * @throws LEDGER_FAILED
   */
  commit(account: AccountId, record: MessageRecord): Promise<Committed>;
  /** Set or clear the mark of stored records; those the ledger has not are passed over. Safe to repeat. @throws LEDGER_FAILED */
  mark(account: AccountId, refs: readonly StoredRef[], mark: RecordMark | undefined): Promise<void>;
  /** Strongly consistent. @throws LEDGER_FAILED */
  state(account: AccountId): Promise<AccountState>;
  /**
   * Write what a run leaves behind.
   * @param by the lease it ran under; without one it is written only if no lease is in force, none was given since, and no other
   *        run has left its progress since
   * @returns `stale` when another run has the lease, or had it meanwhile, or was the last one: nothing is written then
   * @throws LEDGER_FAILED
   */
  saveProgress(
    account: AccountId,
    progress: AccountProgress,
    by: LeaseHold | WithoutLease | undefined,
  ): Promise<'saved' | 'stale'>;
  /** @returns `stale` when the lease is no longer `hold`: nothing is written then. @throws LEDGER_FAILED */
  setDeletionsUnsettled(hold: LeaseHold, unsettled: boolean): Promise<'saved' | 'stale'>;
  /** Recording a run again replaces its record. @throws LEDGER_FAILED */
  recordRun(run: RunRecord): Promise<void>;
  /** Newest first. @throws LEDGER_FAILED */
  runs(account: AccountId, limit: number): Promise<readonly RunRecord[]>;
}

export interface Committed {
  readonly outcome: 'new' | 'exists';
  readonly record: MessageRecord;
}

/** One run's right to work on an account. */
export interface LeaseHold {
  readonly account: AccountId;
  /** Its own for every run. */
  readonly owner: string;
  /** Greater with every holder of this account's lease, so that a stale one is known. */
  readonly fence: number;
}

/** Whoever changed what he had read of an account's state, without its lease. */
export interface WithoutLease {
  /** Of the state that was read. */
  readonly sinceFence: number;
  /** The last run of the state that was read: one that had the lease then may have ended since, and knows more. */
  readonly sinceRun: string | undefined;
}

/** Time is the ledger's caller's: an expired lease belongs to nobody, whatever became of its owner. */
export interface Lease {
  /**
   * Strongly consistent, and safe to repeat: an owner that has the lease gets it again.
   * @param durationMs from now
   * @returns who else has it, if somebody has
   * @throws LEDGER_FAILED
   */
  acquire(account: AccountId, owner: string, durationMs: number): Promise<LeaseHold | LeaseHeld>;
  /**
   * Prove that the lease is still ours, and prolong it to `durationMs` from now. An expired lease that nobody took is
   * still ours. @throws LEASE_LOST, LEDGER_FAILED
   */
  renew(hold: LeaseHold, durationMs: number): Promise<void>;
  /** Give it back; nothing happens if it is not ours any more. The fence is never given again. @throws LEDGER_FAILED */
  release(hold: LeaseHold): Promise<void>;
}

export interface LeaseHeld {
  readonly heldBy: string;
  /** Epoch milliseconds. */
  readonly until: number;
}
