// The ledger of an archive on one machine: records, leases and the parse queue in one SQLite file.

import type { AccountState } from '../core/account-state.ts';
import { isDeadOwner } from '../adapters/local-owner.ts';
import { leaseInForce } from '../adapters/sqlite-account-row.ts';
import { openSqliteDatabase } from '../adapters/sqlite-database.ts';
import { SqliteLease } from '../adapters/sqlite-lease.ts';
import { SqliteLedger } from '../adapters/sqlite-ledger.ts';
import { SqliteParseQueue } from '../adapters/sqlite-parse-queue.ts';
import { openSqliteReadOnly } from '../adapters/sqlite-read-only.ts';

export interface LocalLedger {
  readonly ledger: SqliteLedger;
  readonly lease: SqliteLease;
  readonly parseJobs: SqliteParseQueue;
  /** Of a run that is under way; not what a dead one left. */
  readonly leaseInForce: (state: AccountState) => AccountState['lease'];
  readonly close: () => void;
}

/**
 * @param access `write` makes the file where there is none; with `read` an empty ledger is read then
 * @throws LEDGER_FAILED
 */
export function openLocalLedger(path: string, access: 'read' | 'write'): LocalLedger {
  const database = access === 'write' ? openSqliteDatabase(path) : openSqliteReadOnly(path);
  const rules = { now: Date.now, isDeadOwner };
  return {
    ledger: new SqliteLedger(database, path, rules),
    lease: new SqliteLease(database, path, rules),
    parseJobs: new SqliteParseQueue(database, path),
    leaseInForce: (state) => leaseInForce(state, rules),
    close: () => {
      database.close();
    },
  };
}
