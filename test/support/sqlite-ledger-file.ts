// The ledger file of an archive on one machine, opened for a test and always closed again.

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { LeaseRules } from '../../lib/adapters/sqlite-account-row.ts';
import { openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import { SqliteLease } from '../../lib/adapters/sqlite-lease.ts';
import { SqliteLedger } from '../../lib/adapters/sqlite-ledger.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface SqliteLedgerFile extends Disposable {
  readonly ledger: SqliteLedger;
  readonly lease: SqliteLease;
  readonly database: DatabaseSync;
}

export interface SqliteLedgerOptions extends Partial<LeaseRules> {
  readonly busyTimeoutMs?: number;
}

/** `now` stands still unless given, and nobody is dead. */
export function openLedgerFile(
  path: string,
  { now = () => 0, isDeadOwner = () => false, busyTimeoutMs }: SqliteLedgerOptions = {},
): SqliteLedgerFile {
  const database = openSqliteDatabase(path, busyTimeoutMs);
  const rules = { now, isDeadOwner };
  return {
    ledger: new SqliteLedger(database, path, rules),
    lease: new SqliteLease(database, path, rules),
    database,
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** A new file in a folder of its own. */
export async function temporaryLedgerFile(
  options: SqliteLedgerOptions,
): Promise<Omit<SqliteLedgerFile, keyof Disposable> & AsyncDisposable> {
  const folder = await temporaryFolder();
  const file = openLedgerFile(join(folder.path, 'new', 'ledger.db'), options);
  return {
    ...file,
    [Symbol.asyncDispose]: async () => {
      file[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
