// Rows that wait for their file of the catalog, in the ledger's file: they are put there in the transaction that crosses out their
// parse job (sqlite-parse-queue.ts), and stay until they are written, whatever happens in between.

import type { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import { placeOf } from '../core/catalog/catalog-key.ts';
import { MAX_FILE_OCTETS } from '../core/catalog/catalog-row.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { RowGroup, WaitingRows } from '../ports/catalog.ts';
import { guardLedger, inTransaction } from './sqlite-database.ts';

export class SqliteCatalogRows implements WaitingRows {
  readonly #database: DatabaseSync;
  readonly #path: string;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async next(limit: number): Promise<RowGroup | undefined> {
    return guardLedger(this.#path, () => {
      const first = this.#database.prepare('SELECT account, ingest_dt FROM catalog_row LIMIT 1').get();
      if (first === undefined) return undefined;
      const [account, ingestDt] = [String(first['account']), String(first['ingest_dt'])];
      const found = this.#database
        .prepare('SELECT json FROM catalog_row WHERE account = ? AND ingest_dt = ? ORDER BY sha256 LIMIT ?')
        .iterate(account, ingestDt, limit);
      const rows: CatalogRow[] = [];
      let octets = 0;
      for (const { json } of found) {
        const text = String(json);
        octets += text.length;
        if (rows.length > 0 && octets > MAX_FILE_OCTETS) break;
        rows.push(JSON.parse(text) as CatalogRow);
      }
      return { account: account as AccountId, ingestDt, rows };
    });
  }

  async remove({ account, ingestDt, rows }: RowGroup): Promise<void> {
    guardLedger(this.#path, () =>
      inTransaction(this.#database, () => {
        const statement = this.#database.prepare(
          'DELETE FROM catalog_row WHERE account = ? AND ingest_dt = ? AND sha256 = ? AND json = ?',
        );
        for (const row of rows) statement.run(account, ingestDt, row.sha256, JSON.stringify(row));
      }),
    );
  }
}

/** Inside a transaction of the caller's: what the row says comes with what made it true, or not at all. */
export function keepCatalogRows(database: DatabaseSync, rows: readonly CatalogRow[]): void {
  if (rows.length === 0) return;
  const statement = database.prepare(
    'INSERT OR REPLACE INTO catalog_row (account, ingest_dt, sha256, json) VALUES (?, ?, ?, ?)',
  );
  for (const row of rows) {
    const { account, ingestDt } = placeOf(row);
    statement.run(account, ingestDt, row.sha256, JSON.stringify(row));
  }
}
