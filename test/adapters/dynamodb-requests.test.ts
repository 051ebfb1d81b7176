// What the ledger costs: DynamoDB bills every request, and a poll must not make one for each message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mainKey, toAttributes } from '../../lib/adapters/dynamodb-items.ts';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../lib/core/account.ts';
import {
  accountProgress,
  ANN,
  failedRecord,
  manyUidls,
  runRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { openTestClient, startDynalite, TABLE } from '../support/dynalite.ts';
import type { AwsRequest } from '../support/aws-fault-proxy.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

const UIDL = uidlOf('a uidl');
const OPERATIONS = new Set(['PutItem', 'GetItem', 'UpdateItem', 'BatchGetItem', 'Query']);
const RUN_ID = '01JH0000000000000000000001';

test('find asks for 100 of a few UIDLs a request, whatever is known of them, and again for those of several messages', async () => {
  await using rig = await openDynamodbRig();
  const uidls = manyUidls('message-', 200);
  const ledger = new DynamodbLedger(rig.table, Date.now);
  for (const uidl of uidls.slice(0, 50)) await ledger.commit(ANN, storedRecord(uidl));
  rig.proxy.takeCounts();
  assert.equal((await ledger.find(ANN, uidls)).size, 50);
  assert.deepEqual(rig.proxy.takeCounts(), { BatchGetItem: 2 });

  for (const uidl of uidls.slice(0, 2)) await ledger.commit(ANN, storedRecord(uidl, 'other'));
  rig.proxy.takeCounts();
  assert.equal((await ledger.find(ANN, uidls)).size, 50);
  assert.deepEqual(rig.proxy.takeCounts(), { BatchGetItem: 2, Query: 2 });
});

test('a new message is one write, with and without a UIDL, and also where it failed before', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  for (const record of [failedRecord(UIDL), storedRecord(UIDL), storedRecord(uidlOf(''))]) {
    assert.equal((await ledger.commit(ANN, record)).outcome, 'new');
    assert.deepEqual(rig.proxy.takeCounts(), { PutItem: 1 });
  }
});

test('only the second message of a UIDL costs the write that says so', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  await ledger.commit(ANN, storedRecord(UIDL, 'one'));
  rig.proxy.takeCounts();
  await ledger.commit(ANN, storedRecord(UIDL, 'two'));
  assert.deepEqual(rig.proxy.takeCounts(), { PutItem: 2, GetItem: 1, UpdateItem: 1 });
  await ledger.commit(ANN, storedRecord(UIDL, 'three'));
  assert.deepEqual(rig.proxy.takeCounts(), { PutItem: 2, GetItem: 1 });
});

test('a mark is one write a message, a lease one a step, a run one', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const lease = new DynamodbLease(rig.table, Date.now);
  const records = manyUidls('message-', 30).map((uidl) => storedRecord(uidl));
  for (const record of records) await ledger.commit(ANN, record);
  rig.proxy.takeCounts();
  await ledger.mark(ANN, records, { kind: 'deleting', at: 1, runId: 'run-1' });
  assert.deepEqual(rig.proxy.takeCounts(), { UpdateItem: 30 });

  const hold = await lease.acquire(ANN, 'host/1/run-1', 60_000);
  assert.ok('fence' in hold);
  await lease.renew(hold, 60_000);
  assert.equal(await ledger.setDeletionsUnsettled(hold, true), 'saved');
  assert.equal(await ledger.saveProgress(ANN, accountProgress(), hold), 'saved');
  await lease.release(hold);
  assert.deepEqual(rig.proxy.takeCounts(), { UpdateItem: 5 });

  await ledger.recordRun(runRecord('run-1'));
  assert.deepEqual(rig.proxy.takeCounts(), { PutItem: 1 });
  await ledger.state(ANN);
  assert.deepEqual(rig.proxy.takeCounts(), { GetItem: 1 });
});

test('every read is strongly consistent, and a request is about one item or a range of one account', async () => {
  await using rig = await openDynamodbRig();
  const seen: AwsRequest[] = [];
  rig.proxy.faultOf = (request) => void seen.push(request);
  const [ledger, lease] = [new DynamodbLedger(rig.table, Date.now), new DynamodbLease(rig.table, Date.now)];
  for (const uidl of [UIDL, uidlOf('')]) {
    await ledger.commit(ANN, storedRecord(uidl, 'one'));
    await ledger.commit(ANN, storedRecord(uidl, 'two'));
    await ledger.commit(ANN, failedRecord(uidl));
  }
  await ledger.find(ANN, [UIDL, uidlOf('')]);
  for await (const record of ledger.records(ANN)) assert.equal(record.state, 'stored');
  await lease.acquire(ANN, 'host/1/run-1', 60_000);
  await lease.acquire(ANN, 'host/1/run-2', 60_000);
  await ledger.state(ANN);
  await ledger.runs(ANN, 1);
  assert.deepEqual(new Set(seen.map(({ operation }) => operation)), OPERATIONS);
  for (const { operation, body } of seen) {
    assert.equal(body['IndexName'], undefined);
    const read = operation === 'BatchGetItem' ? Object.values(body['RequestItems'] ?? {})[0] : body;
    if (operation !== 'PutItem' && operation !== 'UpdateItem')
      assert.equal(read.ConsistentRead, true, operation);
  }
});

test('the largest usual record is one write unit, with a mark and a UIDL of 300 octets', async () => {
  await using server = await startDynalite();
  const client = openTestClient(server.port);
  try {
    const mark = { kind: 'deleting', at: Date.now(), runId: RUN_ID } as const;
    const record = storedRecord(uidlOf('x'.repeat(300)), 'content', {
      runId: RUN_ID,
      mark,
      octets: 5_000_000_000,
    });
    const item = { ...mainKey('a'.repeat(63) as AccountId, record.uidl), ...toAttributes(record) };
    const put = new PutItemCommand({ TableName: TABLE, Item: item, ReturnConsumedCapacity: 'TOTAL' });
    assert.equal((await client.send(put)).ConsumedCapacity?.CapacityUnits, 1);
  } finally {
    client.destroy();
  }
});
