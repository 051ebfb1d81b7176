// Answers of DynamoDB end after 1 MB: what is found and listed goes on over as many pages as there are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { FailedRecord, MessageRecord } from '../../lib/core/record.ts';
import { ANN, failedRecord, manyUidls, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { openTestClient, openTestTable, startDynalite, TABLE } from '../support/dynalite.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

const PER_PAGE = 4;

function longFailure(record: FailedRecord): FailedRecord {
  return { ...record, error: { code: 'INTERNAL', message: 'x'.repeat((1024 * 1024) / PER_PAGE) } };
}

test('records and batches of several megabytes are read whole', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const failures = manyUidls('message-', 5 * PER_PAGE).map((uidl) => longFailure(failedRecord(uidl)));
  for (const record of failures) await ledger.commit(ANN, record);
  rig.proxy.takeCounts();
  const listed: MessageRecord[] = [];
  for await (const record of ledger.records(ANN)) listed.push(record);
  assert.deepEqual(inOrder(listed), inOrder(failures));
  const found = await ledger.find(
    ANN,
    failures.map(({ uidl }) => uidl),
  );
  assert.deepEqual(inOrder([...found.values()].flat()), inOrder(failures));
  const { Query, BatchGetItem } = rig.proxy.takeCounts();
  assert.ok((Query ?? 0) > 2 && (BatchGetItem ?? 0) > 2, `${Query} queries, ${BatchGetItem} batches`);
});

test('messages without a UIDL are found on all pages, and no failure beside them', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const uidl = uidlOf('');
  await ledger.commit(ANN, longFailure(failedRecord(uidl)));
  const runId = 'r'.repeat(4096);
  const records = Array.from({ length: 400 }, (_, index) =>
    storedRecord(uidl, `content ${index}`, { runId }),
  );
  const waiting = records.values();
  const commitWaiting = async (): Promise<void> => {
    for (const record of waiting) assert.equal((await ledger.commit(ANN, record)).outcome, 'new');
  };
  await Promise.all(Array.from({ length: 20 }, commitWaiting));
  rig.proxy.takeCounts();
  assert.deepEqual(inOrder((await ledger.find(ANN, [uidl])).get(uidl) ?? []), inOrder(records));
  assert.ok((rig.proxy.takeCounts()['Query'] ?? 0) >= 2);
});

test('an item that this program did not write is an error, and never a guess', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const client = openTestClient(server.port);
  try {
    const key = { pk: { S: `U#${ANN}` }, sk: { S: 'strange' } };
    for (const item of [
      key,
      {
        ...key,
        uidl: { B: Buffer.from('a') },
        firstSeen: { N: '1' },
        runId: { S: 'r' },
        state: { S: 'new' },
      },
    ]) {
      await client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
      const listing = new DynamodbLedger(table, Date.now).records(ANN)[Symbol.asyncIterator]();
      await assert.rejects(async () => await listing.next(), { code: 'LEDGER_FAILED', retryable: false });
    }
  } finally {
    client.destroy();
  }
});

function inOrder(records: readonly MessageRecord[]): MessageRecord[] {
  const keyed = records.map(
    (record) => [`${record.uidl} ${record.state === 'stored' ? record.sha256 : ''}`, record] as const,
  );
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}
