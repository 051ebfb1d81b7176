// The DynamoDB ledger and lease keep the promises of their ports, over the real SDK and a real DynamoDB API server.

import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { testLeaseContract } from '../contract/lease-contract.ts';
import { testLedgerContract } from '../contract/ledger-contract.ts';
import type { OpenLedger } from '../contract/ledger-under-test.ts';
import { openTestTable, startDynalite } from '../support/dynalite.ts';

const open: OpenLedger = async ({ now }) => {
  const server = await startDynalite();
  const table = openTestTable(server.port);
  return {
    ledger: new DynamodbLedger(table, now),
    lease: new DynamodbLease(table, now),
    [Symbol.asyncDispose]: async () => {
      table[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

testLedgerContract('dynamodb', open);
testLeaseContract('dynamodb', open);
