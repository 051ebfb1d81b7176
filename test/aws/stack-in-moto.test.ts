// The synthesized template made real: a CloudFormation that is not ours takes it, creates what is in it and resolves its
// references, and the functions understand the names that come out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as sizes from '../../cdk/sizes.ts';
import { readDispatchSettings, readFetchSettings, readParseSettings } from '../../functions/environment.ts';
import { TABLE } from '../support/dynalite.ts';
import type { QueueName } from '../support/importer/importer-stack.ts';
import { rolePolicies } from '../support/moto-cloudformation.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { deployToMoto } from '../support/moto-stack.ts';
import type { MotoDeployment } from '../support/moto-stack.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';
import type { RunningMoto } from '../support/moto.ts';

/** What moto knows nothing of, or gives no name; their properties are asserted on the template. */
const LEFT_OUT = [
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  'Custom::MailferryAccounts',
];

const skip = motoSkip();
let moto: RunningMoto;
let deployed: MotoDeployment;

before(async () => {
  if (skip !== false) return;
  moto = await startMoto();
  deployed = await deployToMoto(moto);
});

after(async () => {
  if (skip === false) await moto[Symbol.asyncDispose]();
});

test('CloudFormation takes the template and creates all that it knows', { skip }, () => {
  assert.deepEqual(deployed.leftOut, LEFT_OUT);
});

test('the functions find in their variables the very things that were created', { skip }, async () => {
  const { dispatch, poll, drain, parse } = deployed.functions;
  const { physicalIds, queues } = deployed;
  const [table, rawBucket] = [TABLE, physicalIds.get('ImporterStorageRaw')];
  const derivedBucket = physicalIds.get('ImporterStorageDerived');
  assert.notEqual(rawBucket, derivedBucket);
  const eventBus = deployed.eventBus;
  assert.match(eventBus, /^MailferryImporterEvents/);
  assert.deepEqual(readDispatchSettings(dispatch.environment), {
    table,
    pollQueueUrl: queues.poll.url,
    eventBus,
    staleMs: 26 * 60 * 60 * 1000,
  });
  for (const [fn, reserveSeconds] of [
    [poll, sizes.POLL_RESERVE_SECONDS],
    [drain, sizes.DRAIN_RESERVE_SECONDS],
  ] as const) {
    const settings = readFetchSettings(fn.environment);
    const reserveMs = reserveSeconds * 1000;
    assert.deepEqual(settings, { table, rawBucket, drainQueueUrl: queues.drain.url, eventBus, reserveMs });
  }
  assert.deepEqual(readParseSettings(parse.environment), {
    rawBucket,
    derivedBucket,
    eventBus: undefined,
    publishesMessages: false,
    writesCatalog: true,
  });
});

test(
  'functions and queues have the sizes that were meant, and each queue feeds its own function',
  { skip },
  () => {
    const { functions, queues } = deployed;
    for (const [name, size] of [
      ['dispatch', sizes.DISPATCH_SIZE],
      ['poll', sizes.POLL_SIZE],
      ['drain', sizes.DRAIN_SIZE],
      ['parse', sizes.PARSE_SIZE],
    ] as const) {
      const { memoryMb, timeoutMs } = functions[name];
      assert.deepEqual([memoryMb, timeoutMs], [size.memoryMegabytes, size.timeoutSeconds * 1000], name);
    }
    for (const [name, size] of [
      ['poll', sizes.POLL_QUEUE],
      ['drain', sizes.DRAIN_QUEUE],
      ['parse', sizes.PARSE_QUEUE],
    ] as const) {
      const { visibilitySeconds, maxReceiveCount, batchSize, batchWindowSeconds } = queues[name];
      assert.deepEqual(
        { visibilitySeconds, maxReceiveCount, batchSize, batchWindowSeconds },
        {
          visibilitySeconds: size.visibilitySeconds,
          maxReceiveCount: size.maxReceiveCount,
          batchSize: size.batchSize,
          batchWindowSeconds: size.batchWindowSeconds,
        },
      );
      assert.equal(queues[name].name.endsWith('.fifo'), size.isFifo);
      assert.equal(queues[name].maxConcurrency, 10);
    }
  },
);

test('the rights of each function name the very things that were created', { skip }, async () => {
  const resourcesOf = async (name: string): Promise<Readonly<Record<string, unknown>>> => {
    const role =
      deployed.physicalIds.get(`ImporterFunctions${name}Role`) ?? assert.fail(`no role of ${name}`);
    const policies = (await rolePolicies(moto, role)) as {
      Statement: { Sid: string; Resource: unknown }[];
    }[];
    return Object.fromEntries(
      policies.flatMap(({ Statement }) => Statement.map(({ Sid, Resource }) => [Sid, Resource])),
    );
  };
  const queueArn = (name: QueueName): string =>
    `arn:aws:sqs:${TEST_REGION}:123456789012:${deployed.queues[name].name}`;
  const poll = await resourcesOf('Poll');
  assert.equal(poll['StoreMail'], `arn:aws:s3:::${deployed.rawBucket}/raw/*`);
  assert.equal(poll['KeepLedger'], `arn:aws:dynamodb:${TEST_REGION}:123456789012:table/${TABLE}`);
  assert.equal(poll['ReceiveMessages'], queueArn('poll'));
  assert.equal(poll['SendDrains'], queueArn('drain'));
  const dispatch = await resourcesOf('Dispatch');
  assert.match(String(dispatch['FindDueAccounts']), new RegExp(`:table/${TABLE}/index/slot-index$`));
  assert.match(String(dispatch['FindRetries']), new RegExp(`:table/${TABLE}/index/retry-index$`));
  assert.equal(dispatch['SendPolls'], queueArn('poll'));
  const parse = await resourcesOf('Parse');
  assert.equal(parse['ReadMail'], `arn:aws:s3:::${deployed.rawBucket}/raw/*`);
  assert.deepEqual(
    new Set(parse['WriteDerived'] as string[]),
    new Set(
      ['parsed', 'attachments', 'catalog'].map(
        (folder) => `arn:aws:s3:::${deployed.derivedBucket}/${folder}/*`,
      ),
    ),
  );
});

test('the table has its keys, and the indexes of slots and of back-offs', { skip }, async () => {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${moto.port}`,
    region: TEST_REGION,
    credentials: TEST_CREDENTIALS,
  });
  const { Table } = await client
    .send(new DescribeTableCommand({ TableName: TABLE }))
    .finally(() => client.destroy());
  assert.deepEqual(Table?.KeySchema, [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ]);
  const indexes = Table.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName);
  assert.deepEqual(new Set(indexes), new Set(['slot-index', 'retry-index']));
  assert.equal(Table.DeletionProtectionEnabled, true);
});
