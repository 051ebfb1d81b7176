// The Ledger port over SQLite, for an archive on one machine.

import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { AccountId } from '../core/account.ts';
import { isUnchangedSince } from '../core/account-state.ts';
import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { MessageRecord, RecordMark, StoredRef } from '../core/record.ts';
import type { RunRecord } from '../core/run-record.ts';
import { fromUidl } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Committed, LeaseHold, Ledger, WithoutLease } from '../ports/ledger.ts';
import { inBatches } from './in-batches.ts';
import { leaseInForce, readAccountState, updateIfHeld, type LeaseRules } from './sqlite-account-row.ts';
import { guardLedger, inTransaction } from './sqlite-database.ts';
import { groupCommitOf } from './sqlite-group-commit.ts';
import type { SqliteGroupCommit } from './sqlite-group-commit.ts';
import { commitMessage } from './sqlite-message-commit.ts';
import { toMarkColumns } from './sqlite-message-row.ts';
import { FIRST_PAGE, selectMessages, selectPage, UIDLS_PER_SELECT } from './sqlite-message-select.ts';
import type { PagePosition } from './sqlite-message-select.ts';

export class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #rules: LeaseRules;
  readonly #commits: SqliteGroupCommit;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string, rules: LeaseRules) {
    this.#database = database;
    this.#path = path;
    this.#rules = rules;
    this.#commits = groupCommitOf(database, path);
  }

  async find(
    account: AccountId,
    uidls: Iterable<Uidl>,
  ): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>> {
    const found = new Map<Uidl, MessageRecord[]>();
    for (const batch of inBatches(UIDLS_PER_SELECT, new Set(uidls))) {
      const records = this.#guard(() => selectMessages(this.#database, account, batch));
      for (const record of records) {
        const others = found.get(record.uidl);
        if (others) others.push(record);
        else found.set(record.uidl, [record]);
      }
      // Whatever else this process does must not wait for a million of them.
      if (batch.length === UIDLS_PER_SELECT) await setImmediate();
    }
    return found;
  }

  async *records(account: AccountId): AsyncGenerator<MessageRecord, void, undefined> {
    for (let position: PagePosition | undefined = FIRST_PAGE; position !== undefined;) {
      const after: PagePosition = position;
      const page = this.#guard(() => selectPage(this.#database, account, after));
      yield* page.records;
      position = page.next;
    }
  }

  async commit(account: AccountId, record: MessageRecord): Promise<Committed> {
    return await this.#commits.write(() => commitMessage(this.#database, account, record));
  }

  async mark(account: AccountId, refs: readonly StoredRef[], mark: RecordMark | undefined): Promise<void> {
    if (refs.length === 0) return;
    this.#guard(() =>
      inTransaction(this.#database, () => {
        const update = this.#database.prepare(
          `UPDATE message SET mark = :mark, mark_at = :mark_at, mark_run_id = :mark_run_id
           WHERE account = :account AND uidl = :uidl AND sha256 = :sha256`,
        );
        const columns = toMarkColumns(mark);
        for (const { uidl, sha256 } of refs)
          update.run({ ...columns, account, uidl: fromUidl(uidl), sha256 });
      }),
    );
  }

  async state(account: AccountId): Promise<AccountState> {
    return this.#guard(() => readAccountState(this.#database, account));
  }

  async saveProgress(
    account: AccountId,
    progress: AccountProgress,
    by: LeaseHold | WithoutLease | undefined,
  ): Promise<'saved' | 'stale'> {
    const json = JSON.stringify(progress);
    return this.#guard(() => {
      if (by && 'owner' in by) return outcome(updateIfHeld(this.#database, by, { progress: json }));
      return inTransaction(this.#database, () => {
        const state = readAccountState(this.#database, account);
        if (leaseInForce(state, this.#rules)) return 'stale';
        if (by && !isUnchangedSince(state, by)) return 'stale';
        this.#database
          .prepare(
            `INSERT INTO account_state (account, progress) VALUES (:account, :json)
             ON CONFLICT DO UPDATE SET progress = :json`,
          )
          .run({ account, json });
        return 'saved';
      });
    });
  }

  async setDeletionsUnsettled(hold: LeaseHold, unsettled: boolean): Promise<'saved' | 'stale'> {
    const columns = { deletions_unsettled: unsettled ? 1 : 0 };
    return this.#guard(() => outcome(updateIfHeld(this.#database, hold, columns)));
  }

  async recordRun(run: RunRecord): Promise<void> {
    this.#guard(() =>
      this.#database
        .prepare('INSERT OR REPLACE INTO run (account, run_id, record) VALUES (?, ?, ?)')
        .run(run.account, run.runId, JSON.stringify(run)),
    );
  }

  async runs(account: AccountId, limit: number): Promise<readonly RunRecord[]> {
    return this.#guard(() =>
      this.#database
        .prepare('SELECT record FROM run WHERE account = ? ORDER BY run_id DESC LIMIT ?')
        .all(account, limit)
        .map(({ record }) => JSON.parse(String(record)) as RunRecord),
    );
  }

  #guard<T>(step: () => T): T {
    return guardLedger(this.#path, step);
  }
}

function outcome(isHeld: boolean): 'saved' | 'stale' {
  return isHeld ? 'saved' : 'stale';
}
