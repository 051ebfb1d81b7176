// Rows that wait for their file of the catalog, in the ledger's file: they are put there in the transaction that crosses out their
// parse job (sqlite-parse-queue.ts), and stay until they are written, whatever happens in between.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import { CATALOG_FORMS, placeOf } from '../core/catalog/catalog-key.ts';
import type { CatalogForm } from '../core/catalog/catalog-key.ts';
import { MAX_FILE_OCTETS } from '../core/catalog/catalog-row.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { WaitingGroup, WaitingRows, WaitingRowsReader } from '../ports/catalog.ts';
import { guardLedger, inTransaction } from './sqlite-database.ts';

/** As the table has it. */
const ANY_FORM = '';

/** For one who looks at all. */
const ROWS_AT_ONCE = 5000;

export class SqliteCatalogRows implements WaitingRows, WaitingRowsReader {
  readonly #database: DatabaseSync;
  readonly #path: string;

  /** @param database from `openSqliteDatabase`, closed by whoever opened it; `path` is for error messages */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async next(limit: number): Promise<WaitingGroup | undefined> {
    return guardLedger(this.#path, () => {
      const first = this.#database.prepare('SELECT account, ingest_dt, form FROM catalog_row LIMIT 1').get();
      return first && this.#read(first, { limit });
    });
  }

  async remove({ account, ingestDt, form, rows }: WaitingGroup): Promise<void> {
    guardLedger(this.#path, () =>
      inTransaction(this.#database, () => {
        const statement = this.#database.prepare(
          'DELETE FROM catalog_row WHERE account = ? AND ingest_dt = ? AND sha256 = ? AND form = ? AND json = ?',
        );
        for (const row of rows)
          statement.run(account, ingestDt, row.sha256, form ?? ANY_FORM, JSON.stringify(row));
      }),
    );
  }

  /** @param rowsAtOnce only for tests */
  async *waitingOf(
    account: AccountId,
    rowsAtOnce: number = ROWS_AT_ONCE,
  ): AsyncGenerator<WaitingGroup, void, undefined> {
    const places = guardLedger(this.#path, () =>
      this.#database
        .prepare('SELECT DISTINCT account, ingest_dt, form FROM catalog_row WHERE account = ?')
        .all(account),
    );
    for (const place of places) {
      for (let after = ''; ;) {
        const group = guardLedger(this.#path, () => this.#read(place, { limit: rowsAtOnce, after }));
        const last = group.rows.at(-1);
        if (last === undefined) break;
        yield group;
        after = last.sha256;
      }
    }
  }

  /** @param after the sha256 of the last row before them */
  #read(
    { account, ingest_dt, form }: Record<string, SQLOutputValue>,
    { limit, after = '' }: { readonly limit: number; readonly after?: string },
  ): WaitingGroup {
    const [id, ingestDt, wanted] = [String(account), String(ingest_dt), String(form)];
    const found = this.#database
      .prepare(
        'SELECT json FROM catalog_row WHERE account = ? AND ingest_dt = ? AND form = ? AND sha256 > ? ORDER BY sha256 LIMIT ?',
      )
      .iterate(id, ingestDt, wanted, after, limit);
    const rows: CatalogRow[] = [];
    let octets = 0;
    for (const { json } of found) {
      const text = String(json);
      octets += text.length;
      if (rows.length > 0 && octets > MAX_FILE_OCTETS) break;
      rows.push(JSON.parse(text) as CatalogRow);
    }
    return {
      account: id as AccountId,
      ingestDt,
      form: CATALOG_FORMS.find((known) => known === wanted),
      rows,
    };
  }
}

/**
 * Inside a transaction of the caller's: what the row says comes with what made it true, or not at all.
 * @param form of the file that they are for; `undefined`: any will do
 */
export function keepCatalogRows(
  database: DatabaseSync,
  rows: readonly CatalogRow[],
  form: CatalogForm | undefined,
): void {
  if (rows.length === 0) return;
  const statement = database.prepare(
    'INSERT OR REPLACE INTO catalog_row (account, ingest_dt, sha256, form, json) VALUES (?, ?, ?, ?, ?)',
  );
  for (const row of rows) {
    const { account, ingestDt } = placeOf(row);
    statement.run(account, ingestDt, row.sha256, form ?? ANY_FORM, JSON.stringify(row));
  }
}
