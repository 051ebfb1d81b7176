// Makes accounts look as if their last success were so long ago that a poll leaves its mark again: an hour need not pass.
// Written past the product, which has no reason to do that.

import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { openTestClient, TABLE } from '../dynalite.ts';

const AGED_MS = 61 * 60_000;

/** @param port of the server itself */
export async function ageSuccess(port: number, accounts: readonly string[]): Promise<void> {
  const client = openTestClient(port);
  try {
    for (const account of accounts) {
      const Key = { pk: { S: `A#${account}` }, sk: { S: 'STATE' } };
      const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key, ConsistentRead: true }));
      const text = Item?.['progress']?.S;
      if (text === undefined) throw new Error(`${account} has never been polled`);
      const lastSuccessAt = Date.now() - AGED_MS;
      const progress = JSON.stringify({ ...(JSON.parse(text) as object), lastSuccessAt });
      await client.send(
        new UpdateItemCommand({
          TableName: TABLE,
          Key,
          UpdateExpression: 'SET progress = :progress, lastSuccessAt = :at',
          ExpressionAttributeValues: { ':progress': { S: progress }, ':at': { N: String(lastSuccessAt) } },
        }),
      );
    }
  } finally {
    client.destroy();
  }
}
