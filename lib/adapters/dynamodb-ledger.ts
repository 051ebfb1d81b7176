// The Ledger port over DynamoDB, for an archive that many machines share. One table; no transaction, no index, and no read
// that is not strongly consistent.

import type { AccountId } from '../core/account.ts';
import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { MessageRecord, RecordMark, StoredRef } from '../core/record.ts';
import type { RunRecord } from '../core/run-record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Committed, LeaseHold, Ledger, WithoutLease } from '../ports/ledger.ts';
import { inParallel } from '../core/in-parallel.ts';
import { flag, text } from './dynamodb-attributes.ts';
import { commitRecord } from './dynamodb-commit.ts';
import { assigning } from './dynamodb-expressions.ts';
import { readMainItems } from './dynamodb-find.ts';
import {
  isOwnItem,
  mainKey,
  messagePartition,
  ownKey,
  SEVERAL,
  toMarkAttribute,
  toRecord,
  uidlHash,
} from './dynamodb-items.ts';
import { readRuns, writeRun } from './dynamodb-runs.ts';
import { writeProgress } from './dynamodb-progress.ts';
import { ifFree, ifHeldBy, ifLastRun, ifNoneSince, stateKey, toState } from './dynamodb-state-item.ts';
import type { DynamodbTable } from './dynamodb-table.ts';
import { visibleRecords } from './dynamodb-visible-records.ts';

/** Well below what one partition gives, and enough to hide the way there and back. */
const CALLS_AT_ONCE = 8;

export class DynamodbLedger implements Ledger {
  readonly #table: DynamodbTable;
  readonly #now: () => number;

  /** @param table closed by whoever opened it; `now` in epoch milliseconds */
  constructor(table: DynamodbTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async find(
    account: AccountId,
    uidls: Iterable<Uidl>,
  ): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>> {
    const what = `reading what is known of account ${account}`;
    const asked = new Set(uidls);
    const found = new Map<Uidl, MessageRecord[]>();
    const shared: Uidl[] = asked.delete(NO_UIDL) ? [NO_UIDL] : [];
    await readMainItems(this.#table, what, account, asked, (item) => {
      const record = toRecord(item);
      if (!asked.has(record.uidl) || isOwnItem(item)) return;
      found.set(record.uidl, [record]);
      if (item[SEVERAL]?.BOOL === true) shared.push(record.uidl);
    });
    await inParallel(shared, CALLS_AT_ONCE, async (uidl) => {
      const range = { pk: messagePartition(account), skPrefix: uidlHash(uidl) };
      const records: MessageRecord[] = [];
      for await (const record of visibleRecords(this.#table.query(what, range))) records.push(record);
      if (records.length > 0) found.set(uidl, records);
    });
    return found;
  }

  async *records(account: AccountId): AsyncGenerator<MessageRecord> {
    const what = `reading the records of account ${account}`;
    yield* visibleRecords(this.#table.query(what, { pk: messagePartition(account) }));
  }

  async commit(account: AccountId, record: MessageRecord): Promise<Committed> {
    return await commitRecord(this.#table, account, record);
  }

  async mark(account: AccountId, refs: readonly StoredRef[], mark: RecordMark | undefined): Promise<void> {
    const what = `marking messages of account ${account}`;
    const update = mark === undefined ? 'REMOVE #mark' : 'SET #mark = :mark';
    const marked = mark === undefined ? {} : { ':mark': toMarkAttribute(mark) };
    await inParallel(refs, CALLS_AT_ONCE, async (ref) => {
      // Nothing is made by a mark: an item that is not there has no such sha256.
      const change = {
        update,
        condition: '#sha256 = :sha256',
        values: { ...marked, ':sha256': text(ref.sha256) },
      };
      if (ref.uidl !== NO_UIDL && (await this.#table.update(what, mainKey(account, ref.uidl), change)))
        return;
      await this.#table.update(what, ownKey(account, ref), change);
    });
  }

  async state(account: AccountId): Promise<AccountState> {
    return toState(await this.#table.get(`reading the state of account ${account}`, stateKey(account)));
  }

  async saveProgress(
    account: AccountId,
    progress: AccountProgress,
    by: LeaseHold | WithoutLease | undefined,
  ): Promise<'saved' | 'stale'> {
    const now = this.#now();
    const isHolder = by !== undefined && 'owner' in by;
    const permitted = isHolder
      ? [ifHeldBy(by)]
      : [ifFree(now), ...(by ? [ifNoneSince(by), ifLastRun(by, progress.lastRunId)] : [])];
    return (await writeProgress(this.#table, account, progress, permitted, now)) ? 'saved' : 'stale';
  }

  async setDeletionsUnsettled(hold: LeaseHold, unsettled: boolean): Promise<'saved' | 'stale'> {
    const what = `writing the state of account ${hold.account}`;
    const { update, values } = assigning({ deletionsUnsettled: flag(unsettled) });
    const { condition, values: held } = ifHeldBy(hold);
    const change = { update, condition, values: { ...values, ...held } };
    return (await this.#table.update(what, stateKey(hold.account), change)) === undefined ? 'stale' : 'saved';
  }

  async recordRun(run: RunRecord): Promise<void> {
    await writeRun(this.#table, run, this.#now());
  }

  async runs(account: AccountId, limit: number): Promise<readonly RunRecord[]> {
    return await readRuns(this.#table, account, limit, this.#now());
  }
}
