// What the buckets and the table promise, and that they outlive the stack.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CURSOR_KEY,
  RETRY_INDEX,
  SCHEDULES_PARTITION,
  SLOT_INDEX,
} from '../../lib/adapters/dynamodb-account-item.ts';
import { RETRY_PARTITION } from '../../lib/adapters/dynamodb-state-item.ts';
import { rawKey } from '../../lib/core/keys.ts';
import type { AccountId } from '../../lib/core/account.ts';
import type { ArchiveDate, Sha256 } from '../../lib/core/record.ts';
import { RAW_PREFIX } from '../../cdk/storage.ts';
import type { Properties, Synthesized } from './synthesized.ts';

/** Renaming a construct changes these, and CloudFormation then makes new, empty ones: only on purpose, with a way to move. */
const KEPT = {
  ImporterLedger28433179: 'AWS::DynamoDB::Table',
  ImporterStorageDerivedC9A7E076: 'AWS::S3::Bucket',
  ImporterStorageRaw671D4D2E: 'AWS::S3::Bucket',
};

export function testStorage(stack: Synthesized): void {
  const raw = stack.find('ImporterStorageRaw');
  const derived = stack.find('ImporterStorageDerived');
  const table = stack.find('ImporterLedger').Properties;

  test('what holds mail or knows of it has the same logical id for ever, and stays when the stack goes', () => {
    const kept = Object.entries(stack.resources).filter(
      ([, { DeletionPolicy: policy }]) => policy === 'Retain',
    );
    assert.deepEqual(Object.fromEntries(kept.map(([id, { Type }]) => [id, Type])), KEPT);
    for (const [id, { UpdateReplacePolicy }] of kept) assert.equal(UpdateReplacePolicy, 'Retain', id);
  });

  test('nothing in the stack has a name of its own, so that two stacks fit into one account', () => {
    const names = [
      'BucketName',
      'TableName',
      'QueueName',
      'FunctionName',
      'RoleName',
      'TopicName',
      'AlarmName',
    ];
    for (const [id, { Properties: own = {} }] of Object.entries(stack.resources)) {
      if (id.includes('EventInvokeConfig') || id.endsWith('Source') || own['EventSourceArn'] !== undefined)
        continue;
      assert.deepEqual(
        Object.keys(own).filter((name) => names.includes(name)),
        [],
        id,
      );
    }
  });

  for (const [name, { Properties: bucket }] of Object.entries({ raw, derived })) {
    test(`the ${name} bucket is closed to the public, encrypted, and its owner's alone`, () => {
      assert.deepEqual(bucket['PublicAccessBlockConfiguration'], {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      assert.deepEqual(bucket['OwnershipControls'], { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
      assert.deepEqual(bucket['BucketEncryption'], {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      });
    });

    test(`the ${name} bucket refuses whoever comes without TLS, or with one below 1.2`, () => {
      const refused = statementsOn(stack, name).filter(
        ({ Effect, Action }) => Effect === 'Deny' && Action === 's3:*',
      );
      const conditions = refused.map(({ Condition }) => Condition as Properties);
      assert.deepEqual(conditions, [
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ]);
      for (const { Resource, Principal } of refused) {
        assert.equal((Resource as unknown[]).length, 2, 'the bucket and its objects');
        assert.deepEqual(Principal, { AWS: '*' });
      }
    });
  }

  test('the raw bucket keeps every version, and takes nothing below raw/ that could replace a message', () => {
    assert.deepEqual(raw.Properties['VersioningConfiguration'], { Status: 'Enabled' });
    const statement = statementsOn(stack, 'raw').find(({ Sid }) => Sid === 'MailIsWrittenOnce');
    assert.deepEqual(statement, {
      Sid: 'MailIsWrittenOnce',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [raw.id, 'Arn'] }, '/raw/*']] },
      // Without any more: multipart uploads are refused with the rest.
      Condition: { Null: { 's3:if-none-match': 'true' } },
    });
  });

  test('no function deletes from the raw bucket, whatever it is allowed elsewhere', () => {
    const statement = statementsOn(stack, 'raw').find(({ Sid }) => Sid === 'NoFunctionDeletesMail');
    assert.deepEqual(statement?.['Action'], ['s3:DeleteObject', 's3:DeleteObjectVersion']);
    assert.equal(statement['Effect'], 'Deny');
    assert.deepEqual(statement['Principal'], { AWS: '*' });
    const condition = statement['Condition'] as Properties;
    const roles = (condition['ArnEquals'] as Properties)['aws:PrincipalArn'] as unknown[];
    const functions = stack
      .ofType('AWS::Lambda::Function')
      .filter(([id]) => id.startsWith('ImporterFunctions'));
    assert.deepEqual(
      new Set(roles.map((role) => JSON.stringify(role))),
      new Set(functions.map(([, { Properties: own }]) => JSON.stringify(own['Role']))),
    );
    assert.equal(roles.length, 4);
  });

  test('S3 itself tells the parse queue of each raw object, once it may, and of nothing else', () => {
    const queue = stack.find('ImporterQueuesParse').id;
    assert.deepEqual(raw.Properties['NotificationConfiguration'], {
      QueueConfigurations: [
        {
          Event: 's3:ObjectCreated:*',
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: RAW_PREFIX }] } },
          Queue: { 'Fn::GetAtt': [queue, 'Arn'] },
        },
      ],
    });
    assert.deepEqual(raw.DependsOn, [stack.find('ImporterQueuesParsePolicy').id]);
    assert.equal(derived.Properties['NotificationConfiguration'], undefined);
    const key = rawKey('ann' as AccountId, '2026-01-01' as ArchiveDate, 'a'.repeat(64) as Sha256);
    assert.ok(key.startsWith(RAW_PREFIX));
  });

  test('the table is keyed and indexed as the adapters expect, and forgets what its TTL says', () => {
    assert.deepEqual(table['KeySchema'], [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    assert.deepEqual(table['TimeToLiveSpecification'], { AttributeName: 'ttl', Enabled: true });
    assert.deepEqual(table['GlobalSecondaryIndexes'], [
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
    ]);
  });

  test('the table is paid for by use, can be brought back to any second, and cannot be deleted by mistake', () => {
    assert.equal(table['BillingMode'], 'PAY_PER_REQUEST');
    assert.deepEqual(table['PointInTimeRecoverySpecification'], { PointInTimeRecoveryEnabled: true });
    assert.equal(table['DeletionProtectionEnabled'], true);
  });

  test('the dispatcher may touch the very partitions that the adapter keeps its cursor, the schedules and the back-offs in', () => {
    const policy = stack.find('ImporterFunctionsDispatchRoleDefaultPolicy').Properties[
      'PolicyDocument'
    ] as Properties;
    const keys = (policy['Statement'] as Properties[]).flatMap(
      ({ Condition }) =>
        (Condition as Properties | undefined)?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [],
    );
    assert.deepEqual(keys, [SCHEDULES_PARTITION, CURSOR_KEY['pk']?.S, 'every/*', 'cron/*', RETRY_PARTITION]);
  });
}

function statementsOn(stack: Synthesized, name: string): Properties[] {
  const capital = name === 'raw' ? 'Raw' : 'Derived';
  const { PolicyDocument: document } = stack.find(`ImporterStorage${capital}Policy`).Properties;
  return (document as Properties)['Statement'] as Properties[];
}
