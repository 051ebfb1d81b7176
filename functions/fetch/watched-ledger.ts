// A Ledger that remembers what a run left behind: whether the consequence of a failure is known to those who come later decides
// whether the queue may forget its message, and others are told what the run's record says.

import type { AccountId } from '../../lib/core/account.ts';
import type { AccountProgress, AccountState } from '../../lib/core/account-state.ts';
import type { MessageRecord, RecordMark, StoredRef } from '../../lib/core/record.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { Committed, LeaseHold, Ledger, WithoutLease } from '../../lib/ports.ts';

export class WatchedLedger implements Ledger {
  readonly #ledger: Ledger;
  readonly #hold: LeaseHold | undefined;
  /** As written last. */
  savedProgress: AccountProgress | undefined;
  /** Written, or refused because another run has the lease and writes its own. */
  isProgressSettled = false;
  /** As written. Of a quiet run there is none. */
  recordedRun: RunRecord | undefined;

  /** @param hold the lease that the caller has, for a run that did not need one itself */
  constructor(ledger: Ledger, hold: LeaseHold | undefined) {
    this.#ledger = ledger;
    this.#hold = hold;
  }

  async saveProgress(
    account: AccountId,
    progress: AccountProgress,
    by: LeaseHold | WithoutLease | undefined,
  ): Promise<'saved' | 'stale'> {
    const saved = await this.#ledger.saveProgress(
      account,
      progress,
      by && 'owner' in by ? by : (this.#hold ?? by),
    );
    this.isProgressSettled = true;
    if (saved === 'saved') this.savedProgress = progress;
    return saved;
  }

  async find(
    account: AccountId,
    uidls: Iterable<Uidl>,
  ): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>> {
    return await this.#ledger.find(account, uidls);
  }

  records(account: AccountId): AsyncIterable<MessageRecord> {
    return this.#ledger.records(account);
  }

  async commit(account: AccountId, record: MessageRecord): Promise<Committed> {
    return await this.#ledger.commit(account, record);
  }

  async mark(account: AccountId, refs: readonly StoredRef[], mark: RecordMark | undefined): Promise<void> {
    await this.#ledger.mark(account, refs, mark);
  }

  async state(account: AccountId): Promise<AccountState> {
    return await this.#ledger.state(account);
  }

  async setDeletionsUnsettled(hold: LeaseHold, unsettled: boolean): Promise<'saved' | 'stale'> {
    return await this.#ledger.setDeletionsUnsettled(hold, unsettled);
  }

  async recordRun(run: RunRecord): Promise<void> {
    await this.#ledger.recordRun(run);
    this.recordedRun = run;
  }

  async runs(account: AccountId, limit: number): Promise<readonly RunRecord[]> {
    return await this.#ledger.runs(account, limit);
  }
}
