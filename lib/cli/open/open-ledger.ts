// The ledger of an archive, wherever it is: a SQLite file on this machine, or a table of DynamoDB that many machines share.
// The AWS SDK is loaded only for the latter.

import type { LedgerLocation } from '../../config/location.ts';
import type { AccountState } from '../../core/account-state.ts';
import type { SqliteParseQueue } from '../../adapters/sqlite-parse-queue.ts';
import type { WaitingRows, WaitingRowsReader } from '../../ports/catalog.ts';
import type { Lease, Ledger } from '../../ports/ledger.ts';
import { openSqliteLedger } from './open-sqlite-ledger.ts';

export interface OpenLedger {
  readonly ledger: Ledger;
  readonly lease: Lease;
  /** Parse jobs that are written down beside the records; `undefined` where a ledger has no place for them. */
  readonly parseJobs: SqliteParseQueue | undefined;
  /** What the catalog is to have of jobs that are done; `undefined` as for `parseJobs`. */
  readonly catalogRows: (WaitingRows & WaitingRowsReader) | undefined;
  /** Of a run that is under way; not what a dead one left. */
  readonly leaseInForce: (state: AccountState) => AccountState['lease'];
  readonly close: () => void;
}

/**
 * @param access `write` makes a file where there is none; with `read` an empty ledger is read then. A table is never made.
 * @throws LEDGER_FAILED; of a table that cannot be reached, not before it is asked something
 */
export async function openLedger(location: LedgerLocation, access: 'read' | 'write'): Promise<OpenLedger> {
  if (location.kind === 'sqlite') return openSqliteLedger(location.path, access);
  const { openDynamodbLedger } = await import('./open-dynamodb-ledger.ts');
  return openDynamodbLedger(location.table);
}
