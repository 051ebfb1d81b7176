// Run records of any size: what is more than one item is read back whole, or not seen at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { ANN, deletionEntry, runRecord, uidlOf } from '../contract/sample-records.ts';
import { openTestClient, openTestTable, startDynalite, TABLE } from '../support/dynalite.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = 1_750_000_000_000;

function runOf(runId: string, deletions: number): RunRecord {
  const entries = Array.from({ length: deletions }, (_, index) => deletionEntry(uidlOf(`${runId} ${index}`)));
  return runRecord(runId, { deletions: { outcome: 'committed', entries } });
}

test('a run with 5,000 deletions is kept whole in one item, one with 25,000 in several', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, () => NOW);
  const runs = [runOf('run-3', 0), runOf('run-2', 25_000), runOf('run-1', 5_000)];
  const writes: number[] = [];
  for (const run of runs) {
    await ledger.recordRun(run);
    writes.push(rig.proxy.takeCounts()['PutItem'] ?? 0);
  }
  assert.deepEqual([writes[0], writes[2]], [1, 1]);
  assert.ok((writes[1] ?? 0) > 2, `${writes[1]} writes`);
  assert.deepEqual(await ledger.runs(ANN, 10), runs);
  assert.deepEqual(await ledger.runs(ANN, 2), runs.slice(0, 2));
  assert.deepEqual(await ledger.runs(ANN, 0), []);
});

test('a run recorded again is the old one until the new one is whole', async () => {
  await using rig = await openDynamodbRig({ maxAttempts: 1 });
  const ledger = new DynamodbLedger(rig.table, () => NOW);
  const old = runOf('run-1', 12_000);
  await ledger.recordRun(old);
  const parts = rig.proxy.takeCounts()['PutItem'] ?? 0;
  assert.ok(parts > 2);
  const changed: RunRecord = { ...old, octets: 8 };
  for (let stopAt = 1; stopAt <= parts; stopAt += 1) {
    let requests = 0;
    rig.proxy.faultOf = () => ((requests += 1) >= stopAt ? 'dropped' : undefined);
    await assert.rejects(ledger.recordRun(changed), { code: 'LEDGER_FAILED', retryable: true });
    rig.proxy.faultOf = () => undefined;
    assert.deepEqual(await ledger.runs(ANN, 10), [old]);
  }
  await ledger.recordRun(changed);
  assert.deepEqual(await ledger.runs(ANN, 10), [changed]);
});

test('a run is kept for 400 days, although the table removes it later', async () => {
  await using rig = await openDynamodbRig();
  const at = (now: number): DynamodbLedger => new DynamodbLedger(rig.table, () => now);
  await at(NOW).recordRun(runOf('run-1', 0));
  await at(NOW + 10 * DAY_MS).recordRun(runOf('run-2', 0));
  const ids = async (now: number): Promise<string[]> =>
    (await at(now).runs(ANN, 1)).map(({ runId }) => runId);
  assert.deepEqual(await ids(NOW + 399 * DAY_MS), ['run-2']);
  assert.equal((await at(NOW + 399 * DAY_MS).runs(ANN, 10)).length, 2);
  assert.equal((await at(NOW + 401 * DAY_MS).runs(ANN, 10)).length, 1);
  assert.deepEqual(await ids(NOW + 411 * DAY_MS), []);
});

test('every item of a run is removed by the table some day, and no other item is', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  await new DynamodbLedger(table, () => NOW).recordRun(runOf('run-1', 12_000));
  const items = await itemsOf(server.port);
  assert.ok(items.length > 2);
  const seconds = String(NOW / 1000 + 400 * 24 * 60 * 60);
  for (const item of items) assert.equal(item['ttl']?.N, seconds);
});

test('a part that is missing is an error that names it, and no run', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const ledger = new DynamodbLedger(table, () => NOW);
  await ledger.recordRun(runOf('run-1', 12_000));
  const part = (await itemsOf(server.port)).find((item) => item['sk']?.S?.startsWith('PART#'));
  assert.ok(part?.['pk'] && part['sk']);
  const key = { pk: part['pk'], sk: part['sk'] };
  await withClient(server.port, async (client) => {
    await client.send(new DeleteItemCommand({ TableName: table.name, Key: key }));
  });
  await assert.rejects(ledger.runs(ANN, 10), {
    code: 'LEDGER_FAILED',
    retryable: false,
    message: /PART#run-1#/,
  });
});

/** Whatever the table has of the account. */
async function itemsOf(port: number): Promise<Record<string, AttributeValue>[]> {
  const query = new QueryCommand({
    TableName: TABLE,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: `A#${ANN}` } },
  });
  return await withClient(port, async (client) => (await client.send(query)).Items ?? []);
}

async function withClient<T>(port: number, use: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const client = openTestClient(port);
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}
