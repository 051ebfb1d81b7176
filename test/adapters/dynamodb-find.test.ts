// What it costs to find many UIDLs, and that what is found does not depend on how it was read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { inParallel } from '../../lib/core/in-parallel.ts';
import { inBatches } from '../../lib/adapters/in-batches.ts';
import { mainKey, toAttributes } from '../../lib/adapters/dynamodb-items.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import { ANN, failedRecord, manyUidls, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { openTestClient, openTestTable, startDynalite, TABLE } from '../support/dynalite.ts';
import { startDynamodbMeter } from '../support/dynamodb-meter.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

async function commitAll(ledger: DynamodbLedger, records: Iterable<MessageRecord>): Promise<void> {
  await inParallel(records, 16, async (record) => void (await ledger.commit(ANN, record)));
}

/** As they were committed once, and faster. @param port of the server */
async function plant(port: number, uidls: readonly Uidl[]): Promise<void> {
  const client = openTestClient(port);
  try {
    await inParallel(inBatches(25, uidls), 4, async (batch) => {
      const items = batch.map((uidl) => ({ ...mainKey(ANN, uidl), ...toAttributes(storedRecord(uidl)) }));
      const requests = items.map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
    });
  } finally {
    client.destroy();
  }
}

test('many UIDLs cost a fraction of a read each, whether they are known or not', async () => {
  await using server = await startDynalite();
  await using meter = await startDynamodbMeter(server.port);
  using table = openTestTable(meter.port);
  const ledger = new DynamodbLedger(table, Date.now);
  const uidls = manyUidls('message-', 1000);
  meter.take();
  assert.equal((await ledger.find(ANN, uidls)).size, 0);
  const nothing = meter.take();
  assert.deepEqual(nothing.requests, { Query: 1 });
  assert.ok(nothing.readUnits <= 1, `${nothing.readUnits} read units for what is not there`);

  await plant(server.port, uidls);
  meter.take();
  assert.equal((await ledger.find(ANN, uidls)).size, 1000);
  const { readUnits } = meter.take();
  assert.ok(readUnits <= 1000 / 6, `${readUnits} read units for 1000 known UIDLs`);
});

test('a ledger that knows far more than is asked for costs no more than half as much again as asking by keys', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const gone = manyUidls('gone-', 1250);
  const listed = manyUidls('listed-', 250);
  await plant(rig.serverPort, [...gone, ...listed.slice(0, 100)]);
  rig.proxy.takeCounts();
  const found = await ledger.find(ANN, listed);
  assert.deepEqual([...found.keys()].sort(), listed.slice(0, 100).sort());
  // 1,250 of the 1,350 items are read in their order; of what is asked for the part behind them is left.
  const { Query = 0, BatchGetItem = 0 } = rig.proxy.takeCounts();
  assert.ok(Query >= 1 && BatchGetItem === 1, `${Query} and ${BatchGetItem} requests`);
});

test('what is found is the same by keys, in order, and partly so: also failures and UIDLs of several messages', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const shared = manyUidls('shared-', 40);
  const failed = manyUidls('failed-', 40);
  const plain = manyUidls('plain-', 120);
  const noUidl = uidlOf('');
  await commitAll(ledger, [
    ...plain.map((uidl) => storedRecord(uidl)),
    ...failed.map((uidl) => failedRecord(uidl)),
    ...['one', 'two'].map((content) => storedRecord(noUidl, content)),
  ]);
  for (const content of ['one', 'two', 'three'])
    await commitAll(
      ledger,
      shared.map((uidl) => storedRecord(uidl, content)),
    );
  await plant(rig.serverPort, manyUidls('gone-', 1200));
  const known = [...shared, ...failed, ...plain, noUidl];
  const expected = await inOrder(ledger, known);
  assert.equal(expected.length, 3 * 40 + 40 + 120 + 2);
  rig.proxy.takeCounts();
  for (const strangers of [20, 200, 3000]) {
    const asked = [...known, ...manyUidls('unknown-', strangers)];
    assert.deepEqual(await inOrder(ledger, asked), expected, `with ${strangers} strangers`);
  }
  const { BatchGetItem = 0 } = rig.proxy.takeCounts();
  assert.ok(BatchGetItem > 0, 'nothing was left to be asked for by its key');
});

async function inOrder(ledger: DynamodbLedger, uidls: readonly Uidl[]): Promise<string[]> {
  const found = await ledger.find(ANN, uidls);
  return [...found]
    .flatMap(([uidl, records]) => records.map((record) => `${uidl} ${JSON.stringify(record)}`))
    .sort();
}
