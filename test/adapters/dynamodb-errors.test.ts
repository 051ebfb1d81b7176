// Every failure of DynamoDB is LEDGER_FAILED, says whether it passes by itself, and what a person should do about it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { DynamodbTable } from '../../lib/adapters/dynamodb-table.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { endpointOf, openTestTable, startDynalite, TABLE, useTestCredentials } from '../support/dynalite.ts';
import { INTERNAL_ERROR, THROTTLED, THROUGHPUT_EXCEEDED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

const SECRET_UIDL = uidlOf('sender-chosen-uidl');

interface Expected {
  readonly fault: AwsFault;
  readonly retryable: boolean;
  readonly hint: RegExp;
}

const EXPECTED: readonly Expected[] = [
  { fault: INTERNAL_ERROR, retryable: true, hint: /run again/ },
  { fault: UNAVAILABLE, retryable: true, hint: /run again/ },
  { fault: THROTTLED, retryable: true, hint: /throughput/ },
  { fault: THROUGHPUT_EXCEEDED, retryable: true, hint: /throughput/ },
  { fault: 'dropped', retryable: true, hint: /network/ },
  { fault: 'answer-lost', retryable: true, hint: /network/ },
  { fault: 'answer-cut', retryable: true, hint: /network/ },
  { fault: 'empty-answer', retryable: true, hint: /between this machine and DynamoDB/ },
  { fault: 'no-json', retryable: true, hint: /between this machine and DynamoDB/ },
  { fault: { status: 400, type: 'ResourceNotFoundException' }, retryable: false, hint: new RegExp(TABLE) },
  {
    fault: { status: 400, type: 'AccessDeniedException' },
    retryable: false,
    hint: new RegExp(`role.*${TABLE}`),
  },
  { fault: { status: 400, type: 'UnrecognizedClientException' }, retryable: false, hint: /credentials/ },
  { fault: { status: 400, type: 'ValidationException' }, retryable: false, hint: /report/ },
];

test('each failure says what was tried, whether it passes, and what to do; never a UIDL', async () => {
  await using rig = await openDynamodbRig({ maxAttempts: 1 });
  const [ledger, lease] = [new DynamodbLedger(rig.table, Date.now), new DynamodbLease(rig.table, Date.now)];
  const record = storedRecord(SECRET_UIDL);
  const calls: readonly (() => Promise<unknown>)[] = [
    async () => await ledger.find(ANN, [SECRET_UIDL]),
    async () => await ledger.commit(ANN, record),
    async () => await ledger.mark(ANN, [record], undefined),
    async () => await ledger.state(ANN),
    async () => await ledger.runs(ANN, 1),
    async () => await lease.acquire(ANN, 'host/1/run-1', 1000),
  ];
  for (const { fault, retryable, hint } of EXPECTED) {
    rig.proxy.faultOf = () => fault;
    for (const call of calls) {
      const error = await failureOf(call);
      assert.equal(error.code, 'LEDGER_FAILED');
      assert.equal(error.scope, 'account');
      assert.equal(error.retryable, retryable, error.message);
      assert.match(error.hint ?? '', hint);
      assert.match(error.message, /account ann in the DynamoDB table mailferry-ledger failed: ./);
      assert.ok(
        !error.message.includes(SECRET_UIDL) && !error.message.includes(record.sha256),
        error.message,
      );
    }
  }
});

test('the SDK tries as often as it is told, and nothing tries on top of it', async () => {
  await using rig = await openDynamodbRig({ maxAttempts: 3 });
  rig.proxy.faultOf = () => INTERNAL_ERROR;
  await failureOf(
    async () => await new DynamodbLedger(rig.table, Date.now).commit(ANN, storedRecord(SECRET_UIDL)),
  );
  assert.deepEqual(rig.proxy.takeCounts(), { PutItem: 3 });
});

test('a server that is not there is a network that fails', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  assert.ok(address !== null && typeof address === 'object');
  listener.close();
  await once(listener, 'close');
  using table = openTestTable(address.port, { maxAttempts: 1 });
  const error = await failureOf(async () => await new DynamodbLedger(table, Date.now).state(ANN));
  assert.deepEqual([error.code, error.retryable], ['LEDGER_FAILED', true]);
  assert.match(error.message, /ECONNREFUSED/);
});

test('without a region nothing is tried, and the hint says so', async () => {
  const before = process.env['AWS_REGION'];
  delete process.env['AWS_REGION'];
  process.env['AWS_CONFIG_FILE'] = '/no/such/file';
  try {
    useTestCredentials();
    using table = new DynamodbTable({ table: TABLE });
    const error = await failureOf(async () => await new DynamodbLedger(table, Date.now).state(ANN));
    assert.deepEqual([error.code, error.retryable], ['LEDGER_FAILED', false]);
    assert.match(error.hint ?? '', /AWS_REGION/);
  } finally {
    delete process.env['AWS_CONFIG_FILE'];
    if (before !== undefined) process.env['AWS_REGION'] = before;
  }
});

test('a table that is not there is named', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port, { table: 'no-such-table' });
  const error = await failureOf(async () => await new DynamodbLedger(table, Date.now).state(ANN));
  assert.deepEqual([error.code, error.retryable], ['LEDGER_FAILED', false]);
  assert.match(error.hint ?? '', /no-such-table/);
});

test('a signal ends what is under way, and what comes after', async () => {
  const abort = new AbortController();
  await using rig = await openDynamodbRig({ signal: abort.signal });
  const ledger = new DynamodbLedger(rig.table, Date.now);
  rig.proxy.faultOf = async () => {
    abort.abort();
    return await new Promise<never>(() => {});
  };
  for (const call of [
    async () => await ledger.state(ANN),
    async () => await ledger.find(ANN, [SECRET_UIDL]),
  ]) {
    const error = await failureOf(call);
    assert.deepEqual([error.code, error.retryable], ['LEDGER_FAILED', true]);
  }
  assert.deepEqual(rig.proxy.takeCounts(), { GetItem: 1 });
});

test('the endpoint may come from the environment, as with every program that uses the SDK', async () => {
  await using server = await startDynalite();
  useTestCredentials();
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpointOf(server.port);
  try {
    using table = new DynamodbTable({ table: TABLE, region: 'eu-central-1' });
    assert.equal((await new DynamodbLedger(table, Date.now).state(ANN)).lease, undefined);
  } finally {
    delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  }
});

async function failureOf(call: () => Promise<unknown>): Promise<MailferryError> {
  const [outcome] = await Promise.allSettled([call()]);
  assert.ok(outcome?.status === 'rejected', 'it did not fail');
  assert.ok(outcome.reason instanceof MailferryError);
  return outcome.reason;
}
