// The ledger of an archive that one machine works on: records, leases and the parse queue in one SQLite file. Who runs is a
// process of this machine, so a dead one's lease need not expire.

import { isDeadOwner } from '../../adapters/local-owner.ts';
import { leaseInForce } from '../../adapters/sqlite-account-row.ts';
import { SqliteCatalogRows } from '../../adapters/sqlite-catalog-rows.ts';
import { openSqliteDatabase } from '../../adapters/sqlite-database.ts';
import { SqliteLease } from '../../adapters/sqlite-lease.ts';
import { SqliteLedger } from '../../adapters/sqlite-ledger.ts';
import { SqliteParseQueue } from '../../adapters/sqlite-parse-queue.ts';
import { openSqliteReadOnly } from '../../adapters/sqlite-read-only.ts';
import type { OpenLedger } from './open-ledger.ts';

/**
 * @param access `write` makes the file where there is none; with `read` an empty ledger is read then
 * @throws LEDGER_FAILED
 */
export function openSqliteLedger(path: string, access: 'read' | 'write'): OpenLedger {
  const database = access === 'write' ? openSqliteDatabase(path) : openSqliteReadOnly(path);
  const rules = { now: Date.now, isDeadOwner };
  return {
    ledger: new SqliteLedger(database, path, rules),
    lease: new SqliteLease(database, path, rules),
    parseJobs: new SqliteParseQueue(database, path),
    catalogRows: new SqliteCatalogRows(database, path),
    leaseInForce: (state) => leaseInForce(state, rules),
    close: () => {
      database.close();
    },
  };
}
