// A Ledger and its Lease in memory, true to the ports and fast: for tests that run thousands of histories.
// Each call has its whole effect before it returns its promise; records are shared, so nobody may change one.

import { beginOfRun } from '../../lib/adapters/dynamodb-progress.ts';
import { freshStart, isHeldBack } from '../../lib/core/fresh-start.ts';
import { leaseLost } from '../../lib/core/lease-lost.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { isUnchangedSince, NEW_ACCOUNT_STATE } from '../../lib/core/account-state.ts';
import type { AccountProgress, AccountState } from '../../lib/core/account-state.ts';
import type { MessageRecord, RecordMark, StoredRecord, StoredRef } from '../../lib/core/record.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { Committed, Lease, LeaseHeld, LeaseHold, Ledger, WithoutLease } from '../../lib/ports/ledger.ts';

interface AccountShelf {
  state: AccountState;
  /** Epoch milliseconds of the last change to the account, if a directory told of one. */
  changedAt: number | undefined;
  /** The records of a UIDL by sha256: of one not stored, the empty string. */
  readonly messages: Map<Uidl, Map<string, MessageRecord>>;
  readonly runs: Map<string, RunRecord>;
}

export interface MemoryLedgerOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whose lease may be taken before it expires. Default: nobody's. */
  readonly isDeadOwner?: (owner: string) => boolean;
}

export class MemoryLedger implements Ledger, Lease {
  readonly #now: () => number;
  readonly #isDeadOwner: (owner: string) => boolean;
  readonly #shelves = new Map<AccountId, AccountShelf>();

  constructor({ now, isDeadOwner = () => false }: MemoryLedgerOptions) {
    this.#now = now;
    this.#isDeadOwner = isDeadOwner;
  }

  async find(
    account: AccountId,
    uidls: Iterable<Uidl>,
  ): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>> {
    const { messages } = this.#shelf(account);
    const found = new Map<Uidl, readonly MessageRecord[]>();
    for (const uidl of uidls) {
      const records = messages.get(uidl);
      if (records) found.set(uidl, [...records.values()]);
    }
    return found;
  }

  async *records(account: AccountId): AsyncGenerator<MessageRecord, void, undefined> {
    for (const records of this.#shelf(account).messages.values()) yield* records.values();
  }

  async commit(account: AccountId, record: MessageRecord): Promise<Committed> {
    const records = this.#recordsOf(account, record.uidl);
    if (record.state !== 'stored') {
      const stored = [...records.values()].find(({ state }) => state === 'stored');
      if (stored) return { outcome: 'exists', record: stored };
      records.set('', record);
      return { outcome: 'new', record };
    }
    const before = records.get(record.sha256);
    const kept = before?.state === 'stored' ? storedAgain(before, record) : record;
    records.delete('');
    records.set(record.sha256, kept);
    return { outcome: before ? 'exists' : 'new', record: kept };
  }

  async mark(account: AccountId, refs: readonly StoredRef[], mark: RecordMark | undefined): Promise<void> {
    const { messages } = this.#shelf(account);
    for (const { uidl, sha256 } of refs) {
      const records = messages.get(uidl);
      const record = records?.get(sha256);
      if (record?.state === 'stored') records?.set(sha256, { ...record, mark });
    }
  }

  async state(account: AccountId): Promise<AccountState> {
    return this.#shelf(account).state;
  }

  async saveProgress(
    account: AccountId,
    progress: AccountProgress,
    by: LeaseHold | WithoutLease | undefined,
  ): Promise<'saved' | 'stale'> {
    const shelf = this.#shelf(account);
    if (by && 'owner' in by ? !isHeldBy(shelf, by) : this.#leaseInForce(shelf)) return 'stale';
    if (by && 'sinceFence' in by && !isUnchangedSince(shelf.state, by)) return 'stale';
    const began = isHeldBack(progress) ? beginOfRun(progress.lastRunId) : undefined;
    const { changedAt = Infinity } = shelf;
    const isOvertaken = began !== undefined && began <= changedAt && changedAt <= this.#now();
    shelf.state = { ...shelf.state, progress: isOvertaken ? freshStart(progress) : progress };
    return 'saved';
  }

  /** For a directory over it, whoever has the lease. @param changedAt epoch milliseconds, if the account was changed */
  startAfresh(account: AccountId, changedAt?: number): void {
    const shelf = this.#shelf(account);
    const { progress } = shelf.state;
    if (changedAt !== undefined) shelf.changedAt = changedAt;
    shelf.state = { ...shelf.state, progress: progress && freshStart(progress) };
  }

  async setDeletionsUnsettled(hold: LeaseHold, deletionsUnsettled: boolean): Promise<'saved' | 'stale'> {
    const shelf = this.#shelf(hold.account);
    if (!isHeldBy(shelf, hold)) return 'stale';
    shelf.state = { ...shelf.state, deletionsUnsettled };
    return 'saved';
  }

  async recordRun(run: RunRecord): Promise<void> {
    this.#shelf(run.account).runs.set(run.runId, run);
  }

  async runs(account: AccountId, limit: number): Promise<readonly RunRecord[]> {
    const runs = [...this.#shelf(account).runs.values()];
    return runs.sort((a, b) => (a.runId < b.runId ? 1 : -1)).slice(0, limit);
  }

  async acquire(account: AccountId, owner: string, durationMs: number): Promise<LeaseHold | LeaseHeld> {
    const shelf = this.#shelf(account);
    const held = this.#leaseInForce(shelf);
    if (held && held.owner !== owner) return { heldBy: held.owner, until: held.expiresAt };
    const fence = shelf.state.fence + (held ? 0 : 1);
    shelf.state = { ...shelf.state, fence, lease: { owner, expiresAt: this.#now() + durationMs } };
    return { account, owner, fence };
  }

  async renew(hold: LeaseHold, durationMs: number): Promise<void> {
    const shelf = this.#shelf(hold.account);
    if (!isHeldBy(shelf, hold)) throw leaseLost(hold);
    shelf.state = { ...shelf.state, lease: { owner: hold.owner, expiresAt: this.#now() + durationMs } };
  }

  async release(hold: LeaseHold): Promise<void> {
    const shelf = this.#shelf(hold.account);
    if (isHeldBy(shelf, hold)) shelf.state = { ...shelf.state, lease: undefined };
  }

  /** A lease that keeps others away. */
  #leaseInForce({ state: { lease } }: AccountShelf): AccountState['lease'] {
    if (!lease || lease.expiresAt <= this.#now() || this.#isDeadOwner(lease.owner)) return undefined;
    return lease;
  }

  #recordsOf(account: AccountId, uidl: Uidl): Map<string, MessageRecord> {
    const { messages } = this.#shelf(account);
    const records = messages.get(uidl) ?? new Map<string, MessageRecord>();
    messages.set(uidl, records);
    return records;
  }

  #shelf(account: AccountId): AccountShelf {
    const shelf = this.#shelves.get(account) ?? {
      state: NEW_ACCOUNT_STATE,
      changedAt: undefined,
      messages: new Map<Uidl, Map<string, MessageRecord>>(),
      runs: new Map<string, RunRecord>(),
    };
    this.#shelves.set(account, shelf);
    return shelf;
  }
}

function isHeldBy({ state: { lease, fence } }: AccountShelf, hold: LeaseHold): boolean {
  return lease?.owner === hold.owner && fence === hold.fence;
}

function storedAgain(before: StoredRecord, record: StoredRecord): StoredRecord {
  const { runId, firstSeen } = before;
  const isProven = before.identifiedBy === 'octets' || record.identifiedBy === 'octets';
  return { ...record, runId, firstSeen, identifiedBy: isProven ? 'octets' : 'header', mark: undefined };
}
