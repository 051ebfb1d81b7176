// The ledger in DynamoDB. Imported only when there is one: it loads the AWS SDK.

import { DynamodbLease } from '../../adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { DynamodbTable } from '../../adapters/dynamodb-table.ts';
import type { OpenLedger } from './open-ledger.ts';

/** Sends nothing yet. Region, credentials and endpoint are the environment's. */
export function openDynamodbLedger(name: string): OpenLedger {
  const table = new DynamodbTable({ table: name });
  return {
    ledger: new DynamodbLedger(table, Date.now),
    lease: new DynamodbLease(table, Date.now),
    parseJobs: undefined,
    catalogRows: undefined,
    // Whoever has it may be on another machine: only its time tells.
    leaseInForce: ({ lease }) => (lease !== undefined && lease.expiresAt > Date.now() ? lease : undefined),
    close: () => {
      table[Symbol.dispose]();
    },
  };
}
