// A real DynamoDB API server in this process, on loopback and in memory, with the ledger's table and its indexes. It takes no transactions and
// ignores ReturnValuesOnConditionCheckFailure; single-item conditions, batches and queries it does as DynamoDB does.

import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { RETRY_INDEX, SLOT_INDEX } from '../../lib/adapters/dynamodb-account-item.ts';
import { DynamodbTable } from '../../lib/adapters/dynamodb-table.ts';
import type { DynamodbTableOptions } from '../../lib/adapters/dynamodb-table.ts';

/** Its package has no types. */
type Dynalite = (options: {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}) => Server;

export const TABLE = 'mailferry-ledger';
const REGION = 'eu-central-1';

export interface DynaliteServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a free port of 127.0.0.1; the table is there and empty. */
export async function startDynalite(): Promise<DynaliteServer> {
  const require = createRequire(import.meta.url);
  const dynalite = require('dynalite') as Dynalite;
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite listens on no port');
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  try {
    await createTable(address.port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port: address.port, [Symbol.asyncDispose]: stop };
}

/** @param port of dynalite, or of a proxy before it */
export function openTestTable(
  port: number,
  options: Partial<Omit<DynamodbTableOptions, 'endpoint'>> = {},
): DynamodbTable {
  useTestCredentials();
  return new DynamodbTable({ table: TABLE, region: REGION, endpoint: endpointOf(port), ...options });
}

/** Where the SDK looks first: otherwise it would ask this machine's profiles, and then the network. */
export function useTestCredentials(): void {
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
}

export function endpointOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** A client of the SDK, to look behind the adapters; destroyed by the caller. */
export function openTestClient(port: number): DynamoDBClient {
  useTestCredentials();
  return new DynamoDBClient({ region: REGION, endpoint: endpointOf(port) });
}

async function createTable(port: number): Promise<void> {
  const client = openTestClient(port);
  try {
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: SLOT_INDEX.partitionKey, AttributeType: 'S' },
          { AttributeName: RETRY_INDEX.partitionKey, AttributeType: 'S' },
          { AttributeName: 'notBefore', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: SLOT_INDEX.name,
            KeySchema: [
              { AttributeName: SLOT_INDEX.partitionKey, KeyType: 'HASH' },
              { AttributeName: 'pk', KeyType: 'RANGE' },
            ],
            Projection: {
              ProjectionType: 'INCLUDE',
              NonKeyAttributes: ['appliedAt', 'notBefore', 'lastSuccessAt', 'suspendedFor'],
            },
          },
          {
            IndexName: RETRY_INDEX.name,
            KeySchema: [
              { AttributeName: RETRY_INDEX.partitionKey, KeyType: 'HASH' },
              { AttributeName: 'notBefore', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['slot'] },
          },
        ],
      }),
    );
    const wait = { client, minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 10 };
    await waitUntilTableExists(wait, { TableName: TABLE });
  } finally {
    client.destroy();
  }
}
