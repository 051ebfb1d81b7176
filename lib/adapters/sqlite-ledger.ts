// The Ledger port over SQLite, for an archive on one machine.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import type { ArchiveDate, MessageRecord, RunRecord, Sha256 } from '../core/record.ts';
import { fromUidl, toUidl } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Ledger } from '../ports.ts';
import { guardLedger } from './sqlite-database.ts';

export class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #path: string;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async find(
    account: AccountId,
    uidls: Iterable<Uidl>,
  ): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>> {
    return this.#guard(() => {
      const select = this.#database.prepare('SELECT * FROM message WHERE account = ? AND uidl = ?');
      const found = new Map<Uidl, MessageRecord[]>();
      for (const uidl of uidls) {
        if (found.has(uidl)) continue;
        const rows = select.all(account, fromUidl(uidl));
        if (rows.length > 0) found.set(uidl, rows.map(toRecord));
      }
      return found;
    });
  }

  async commit(account: AccountId, record: MessageRecord): Promise<'new' | 'exists'> {
    return this.#guard(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const changes = this.#write(account, record);
        this.#database.exec('COMMIT');
        return changes === 0 ? 'exists' : 'new';
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async recordRun(run: RunRecord): Promise<void> {
    this.#guard(() =>
      this.#database
        .prepare('INSERT OR REPLACE INTO run (account, run_id, record) VALUES (?, ?, ?)')
        .run(run.account, run.runId, JSON.stringify(run)),
    );
  }

  /** A message skipped before and stored now is no longer skipped; one that is skipped again keeps its record. */
  #write(account: AccountId, record: MessageRecord): number {
    const uidl = fromUidl(record.uidl);
    const stored = record.state === 'stored';
    if (stored) {
      this.#database
        .prepare(`DELETE FROM message WHERE account = ? AND uidl = ? AND state = 'skipped'`)
        .run(account, uidl);
    } else if (
      this.#database.prepare('SELECT 1 FROM message WHERE account = ? AND uidl = ?').get(account, uidl)
    ) {
      return 0;
    }
    const { changes } = this.#database
      .prepare(
        `INSERT INTO message (account, uidl, sha256, state, octets, dt, first_seen, run_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        account,
        uidl,
        stored ? record.sha256 : '',
        record.state,
        record.octets,
        stored ? record.dt : null,
        record.firstSeen,
        record.runId,
      );
    return Number(changes);
  }

  #guard<T>(step: () => T): T {
    return guardLedger(this.#path, step);
  }
}

function toRecord(row: Record<string, SQLOutputValue>): MessageRecord {
  const uidl = row['uidl'];
  const common = {
    uidl: toUidl(uidl instanceof Uint8Array ? uidl : new Uint8Array(0)),
    octets: Number(row['octets']),
    firstSeen: Number(row['first_seen']),
    runId: String(row['run_id']),
  };
  if (row['state'] === 'skipped') return { state: 'skipped', ...common };
  return {
    state: 'stored',
    ...common,
    sha256: String(row['sha256']) as Sha256,
    dt: String(row['dt']) as ArchiveDate,
  };
}
