// The DynamoDB directory keeps the promises of its port over the real SDK and a real DynamoDB API server; what it costs; and
// what it does with items of another version.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { text } from '../../lib/adapters/dynamodb-attributes.ts';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { RETRY_INDEX, SLOT_INDEX } from '../../lib/adapters/dynamodb-account-item.ts';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { stateKey } from '../../lib/adapters/dynamodb-state-item.ts';
import { slotOf } from '../../lib/core/schedule.ts';
import { testAccountDirectoryContract } from '../contract/account-directory-contract.ts';
import { sorted, suspendedProgress, wellProgress } from '../contract/account-directory-under-test.ts';
import type { OpenDirectory } from '../contract/account-directory-under-test.ts';
import { manyAccounts, sampleAccount } from '../contract/sample-accounts.ts';
import { ANN } from '../contract/sample-records.ts';
import { openTestClient, openTestTable, startDynalite, TABLE } from '../support/dynalite.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

const open: OpenDirectory = async ({ now }) => {
  const server = await startDynalite();
  const table = openTestTable(server.port);
  return {
    directory: new DynamodbAccountDirectory(table, now),
    ledger: new DynamodbLedger(table, now),
    lease: new DynamodbLease(table, now),
    [Symbol.asyncDispose]: async () => {
      table[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

testAccountDirectoryContract('dynamodb', open);

test('to look at an account is one read, and so is applying it unchanged', async () => {
  await using rig = await openDynamodbRig();
  const directory = new DynamodbAccountDirectory(rig.table, Date.now);
  await directory.apply(sampleAccount());
  rig.proxy.takeCounts();
  await directory.view(ANN);
  assert.deepEqual(rig.proxy.takeCounts(), { GetItem: 1 });
  assert.equal(await directory.apply(sampleAccount()), 'unchanged');
  assert.deepEqual(rig.proxy.takeCounts(), { GetItem: 1 });
});

test('a change is a read and a write, and a schedule is written once, before the first account that has it', async () => {
  await using rig = await openDynamodbRig();
  const directory = new DynamodbAccountDirectory(rig.table, Date.now);
  const operations: string[] = [];
  rig.proxy.faultOf = ({ operation }) => void operations.push(operation);
  for (const account of manyAccounts('account', 3)) await directory.apply(account);
  const rest = ['GetItem', 'UpdateItem', 'GetItem', 'UpdateItem'];
  assert.deepEqual(operations.splice(0), ['GetItem', 'PutItem', 'UpdateItem', ...rest]);
  await directory.remove(manyAccounts('account', 1)[0]?.id ?? ANN);
  assert.deepEqual(operations.splice(0), ['GetItem', 'UpdateItem']);
  await directory.resume(ANN);
  assert.deepEqual(operations.splice(0), ['GetItem']);
});

test('to look into a slot asks the index, and everything else is read strongly consistent', async () => {
  await using rig = await openDynamodbRig();
  const directory = new DynamodbAccountDirectory(rig.table, Date.now);
  await directory.apply(sampleAccount());
  const reads: unknown[][] = [];
  rig.proxy.faultOf = ({ operation, body }) => {
    reads.push([operation, body['IndexName'], body['ConsistentRead']]);
    return undefined;
  };
  const slot = slotOf(ANN, { everyMinutes: 15 }, false);
  assert.equal((await sorted(directory.inSlot(slot))).length, 1);
  await directory.view(ANN);
  await directory.schedules();
  await directory.lastTick();
  assert.deepEqual(reads, [
    ['Query', SLOT_INDEX.name, false],
    ['GetItem', undefined, true],
    ['Query', undefined, true],
    ['GetItem', undefined, true],
  ]);
});

test('an index is read to its end, page by page', async () => {
  await using rig = await openDynamodbRig();
  const directory = new DynamodbAccountDirectory(rig.table, Date.now);
  const accounts = manyAccounts('account', 25, { paused: true });
  for (const account of accounts) await directory.apply(account);
  rig.proxy.takeCounts();
  const seen: string[] = [];
  const range = { pk: 'paused', index: SLOT_INDEX, pageItems: 10 };
  for await (const { pk } of rig.table.query('reading', range)) seen.push(pk?.S ?? '');
  assert.deepEqual(rig.proxy.takeCounts(), { Query: 3 });
  assert.deepEqual(seen.sort(), accounts.map(({ id }) => `A#${id}`).sort());
});

test('what a later version wrote is told, and is neither read nor changed', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const client = openTestClient(server.port);
  try {
    const directory = new DynamodbAccountDirectory(table, Date.now);
    await directory.apply(sampleAccount());
    const later = JSON.stringify({ version: 2, id: ANN, shape: 'another' });
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: stateKey(ANN),
        UpdateExpression: 'SET spec = :later',
        ExpressionAttributeValues: { ':later': text(later) },
      }),
    );
    const refusal = { code: 'LEDGER_FAILED', retryable: false, message: /of version 2.*reads version 1/ };
    await assert.rejects(directory.view(ANN), refusal);
    await assert.rejects(directory.apply(sampleAccount({ port: 1 })), refusal);
    assert.equal((await table.get('reading', stateKey(ANN)))?.['spec']?.S, later);
    assert.equal(await directory.remove(ANN), true);
    assert.equal(await directory.apply(sampleAccount()), 'created');
  } finally {
    client.destroy();
  }
});

test('an account in a slot that cannot be read is passed over and named, or fails the reading', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const client = openTestClient(server.port);
  try {
    const directory = new DynamodbAccountDirectory(table, Date.now);
    const accounts = manyAccounts('account', 3, { schedule: { everyMinutes: 1 } });
    for (const account of accounts) await directory.apply(account);
    const [, damaged = sampleAccount()] = accounts;
    const slot = slotOf(damaged.id, damaged.schedule, false);
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: stateKey(damaged.id),
        UpdateExpression: 'REMOVE appliedAt',
      }),
    );
    const told: unknown[] = [];
    const read = await sorted(directory.inSlot(slot, (error) => void told.push(error)));
    assert.deepEqual(
      read.map(({ id }) => id),
      ['account-0', 'account-2'],
    );
    assert.equal(told.length, 1);
    assert.match(String(told[0]), /account-1/);
    await assert.rejects(sorted(directory.inSlot(slot)), { code: 'LEDGER_FAILED', message: /appliedAt/ });
  } finally {
    client.destroy();
  }
});

test('to look whose back-off is over is one query of its own index, half a unit when there is nobody', async () => {
  await using rig = await openDynamodbRig();
  const directory = new DynamodbAccountDirectory(rig.table, Date.now);
  await directory.apply(sampleAccount());
  const reads: unknown[][] = [];
  rig.proxy.faultOf = ({ operation, body }) => {
    reads.push([operation, body['IndexName'], body['ConsistentRead']]);
    return undefined;
  };
  for await (const account of directory.retriesDue(0, 60_000)) assert.fail(account);
  assert.deepEqual(reads, [['Query', RETRY_INDEX.name, false]]);
});

test('progress written before there was an index is shown by it from the next change on', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const client = openTestClient(server.port);
  try {
    const progress = text(JSON.stringify(wellProgress()));
    await client.send(
      new PutItemCommand({ TableName: TABLE, Item: { ...stateKey(ANN), progress, fence: { N: '7' } } }),
    );
    const directory = new DynamodbAccountDirectory(table, Date.now);
    assert.equal(await directory.apply(sampleAccount()), 'created');
    const [listed] = await sorted(directory.list());
    assert.equal(listed?.lastSuccessAt, wellProgress().lastSuccessAt);
    const lease = await new DynamodbLease(table, Date.now).acquire(ANN, 'host/1/run', 1000);
    assert.ok('fence' in lease && lease.fence === 8);
  } finally {
    client.destroy();
  }
});

test('what a run leaves of a suspension is one write, and the look-out for a change costs nothing', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  await new DynamodbAccountDirectory(rig.table, () => 1).apply(sampleAccount());
  rig.proxy.takeCounts();
  const lastRunId = '01JH0000000000000000000001';
  await ledger.saveProgress(ANN, suspendedProgress({ lastRunId }), undefined);
  await ledger.saveProgress(ANN, wellProgress(), undefined);
  assert.deepEqual(rig.proxy.takeCounts(), { UpdateItem: 2 });
});
