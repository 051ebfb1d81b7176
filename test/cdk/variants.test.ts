// What can be chosen: each choice does what it says, cdk-nag finds nothing new in it, and no right appears that was not asked for.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { CATALOG_COLUMNS } from '../../cdk/mail-catalog.ts';
import type { MailboxImporterProps } from '../../cdk/mailbox-importer-props.ts';
import { readParseSettings } from '../../functions/environment.ts';
import type { Environment } from '../../functions/environment.ts';
import { describePolicies, reportPolicies } from './policy-report.ts';
import { sampleAccounts } from './sample-accounts.ts';
import { synthesize, Synthesized } from './synthesized.ts';
import type { Properties } from './synthesized.ts';

const KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:pager';
const BUS_ARN = 'arn:aws:events:eu-central-1:111122223333:event-bus/company';

test('everything on at once: cdk-nag finds nothing', () => {
  using stack = synthesize({
    accounts: sampleAccounts(),
    objectLock: { mode: 'governance', days: 30 },
    secretFolders: ['mailferry/', '/teams/one/'],
    staticEgress: true,
    messageEvents: true,
    catalog: true,
    reserveDispatchConcurrency: true,
    alarmEmail: 'ops@example.com',
  });
  assert.deepEqual(stack.findings, []);
  const lambdas = Object.fromEntries(stack.ofType('AWS::Lambda::Function'));
  assert.equal(
    lambdas[stack.find('ImporterFunctionsDispatchLambda').id]?.Properties['ReservedConcurrentExecutions'],
    1,
  );
  assert.equal(Object.keys(lambdas).length, 5, 'none of CDK’s own');
  assert.equal(stack.ofType('AWS::SNS::Subscription').length, 1);
  assert.ok(Object.keys(stack.resources).length < 200);
  const rights = reportPolicies(stack).roles['ImporterFunctionsParseRole']?.rights;
  assert.deepEqual(rights?.['PublishEvents']?.resources, ['<ImporterEvents.Arn>']);
});

test('with the feature flags of the app, every right is the same', () => {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  using stack = new Synthesized(() => ({ accounts: sampleAccounts() }), context);
  assert.deepEqual(stack.findings, []);
  const golden = JSON.parse(readFileSync('test/cdk/policies.golden.json', 'utf8')) as unknown;
  assert.deepEqual(describePolicies(reportPolicies(stack)), golden);
});

test('a key of one’s own encrypts both buckets through bucket keys, and only who reads or writes mail may use it', () => {
  using stack = given((scope) => ({ encryptionKey: Key.fromKeyArn(scope, 'Key', KEY_ARN) }));
  assert.deepEqual(stack.findings, []);
  for (const name of ['Raw', 'Derived']) {
    const { BucketEncryption: encryption } = stack.find(`ImporterStorage${name}`).Properties;
    assert.deepEqual((encryption as Properties)['ServerSideEncryptionConfiguration'], [
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { KMSMasterKeyID: KEY_ARN, SSEAlgorithm: 'aws:kms' },
      },
    ]);
  }
  const users = Object.entries(reportPolicies(stack).roles).filter(
    ([, { rights }]) => 'UseKeyThroughS3' in rights,
  );
  assert.deepEqual(
    users.map(([role]) => role.replace('ImporterFunctions', '')),
    ['DrainRole', 'ParseRole', 'PollRole'],
  );
  for (const [, { rights }] of users) {
    assert.deepEqual(rights['UseKeyThroughS3'], {
      effect: 'Allow',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [KEY_ARN],
      condition: { StringEquals: { 'kms:ViaService': 's3.<AWS::Region>.<AWS::URLSuffix>' } },
    });
  }
});

test('Object Lock can be added to a live bucket and taken away: what CloudFormation can say only of a new one is the same', () => {
  using without = synthesize({ parserNetwork: 'open' });
  using locked = synthesize({ parserNetwork: 'open', objectLock: { mode: 'governance', days: 30 } });
  const [before, after] = [without, locked].map((stack) => stack.find('ImporterStorageRaw').Properties);
  const { ObjectLockConfiguration: configuration, ...others } = after ?? {};
  assert.notEqual(configuration, undefined);
  assert.deepEqual(others, before);
  assert.equal(others['ObjectLockEnabled'], true);
});

test('Object Lock keeps each message for so many days in the mode that was chosen', () => {
  using stack = synthesize({
    objectLock: { mode: 'compliance', days: 3650, acknowledgeComplianceCannotBeShortened: true },
  });
  const raw = stack.find('ImporterStorageRaw').Properties;
  assert.equal(raw['ObjectLockEnabled'], true);
  assert.deepEqual(raw['ObjectLockConfiguration'], {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3650 } },
  });
  assert.equal(stack.find('ImporterStorageDerived').Properties['ObjectLockConfiguration'], undefined);
});

test('static egress: the functions that fetch go out by one address, and mail to S3 and the table does not', () => {
  using stack = synthesize({ staticEgress: true, parserNetwork: 'open' });
  const networks = (name: string): unknown =>
    stack.find(`ImporterFunctions${name}Lambda`).Properties['VpcConfig'];
  for (const name of ['Poll', 'Drain']) assert.notEqual(networks(name), undefined, name);
  for (const name of ['Dispatch', 'Parse']) assert.equal(networks(name), undefined, name);
  const [[gateway, { Properties: nat }] = assert.fail('no gateway'), ...others] =
    stack.ofType('AWS::EC2::NatGateway');
  assert.deepEqual(others, [], gateway);
  const group = stack.find('ImporterEgressGroup').Properties;
  assert.equal(
    (group['SecurityGroupEgress'] as Properties[])[0]?.['IpProtocol'],
    '-1',
    'mail servers have many ports',
  );
  assert.equal(group['SecurityGroupIngress'], undefined);
  const [address] = stack.ofType('AWS::EC2::EIP').map(([id]) => id);
  assert.deepEqual(nat['AllocationId'], { 'Fn::GetAtt': [address, 'AllocationId'] });
  assert.deepEqual(stack.outputs['EgressAddress']?.['Value'], { 'Fn::GetAtt': [address, 'PublicIp'] });
  const services = stack
    .ofType('AWS::EC2::VPCEndpoint')
    .map(([, { Properties: own }]) => JSON.stringify(own['ServiceName']));
  assert.equal(services.length, 2);
  assert.match(services.join(), /s3.*dynamodb/);
  const rights = reportPolicies(stack).roles['ImporterFunctionsPollRole']?.rights;
  assert.ok(rights?.['AttachToNetwork'] !== undefined && rights['NetworkIsNotForCode'] !== undefined);
});

test('what one has already is used: a network, a topic, an event bus, secrets, a bucket for access logs', () => {
  using stack = given((scope) => ({
    vpc: new Vpc(scope, 'Network', { restrictDefaultSecurityGroup: false }) as IVpc,
    alarmTopic: Topic.fromTopicArn(scope, 'Pager', TOPIC_ARN),
    eventBus: EventBus.fromEventBusArn(scope, 'Bus', BUS_ARN),
    secrets: [Secret.fromSecretNameV2(scope, 'Secret', 'mail/one')],
    parameters: [
      StringParameter.fromSecureStringParameterAttributes(scope, 'P', { parameterName: '/mail/two' }),
    ],
    secretKeys: [Key.fromKeyArn(scope, 'Key', KEY_ARN)],
    accessLogsBucket: Bucket.fromBucketName(scope, 'Logs', 'company-logs'),
    parserNetwork: 'open',
  }));
  assert.deepEqual(stack.findings, []);
  for (const type of ['AWS::EC2::VPC', 'AWS::SNS::Topic', 'AWS::Events::EventBus']) {
    assert.deepEqual(stack.ofType(type), [], type);
  }
  const { rights = {} } = reportPolicies(stack).roles['ImporterFunctionsPollRole'] ?? {};
  assert.deepEqual(rights['PublishEvents']?.resources, [BUS_ARN]);
  assert.match(rights['ReadSecrets']?.resources.join() ?? '', /:secret:mail\/one-\?{6}$/);
  assert.match(rights['ReadParameters']?.resources.join() ?? '', /:parameter\/mail\/two$/);
  assert.deepEqual(rights['DecryptSecrets'], {
    effect: 'Allow',
    actions: ['kms:Decrypt'],
    resources: [KEY_ARN],
    condition: {
      StringEquals: {
        'kms:ViaService': ['secretsmanager', 'ssm'].map(
          (service) => `${service}.<AWS::Region>.<AWS::URLSuffix>`,
        ),
      },
    },
  });
  const [[, { Properties: alarm }] = assert.fail('no alarm')] = stack.ofType('AWS::CloudWatch::Alarm');
  assert.deepEqual(alarm['AlarmActions'], [TOPIC_ARN]);
  const { LoggingConfiguration: logging } = stack.find('ImporterStorageRaw').Properties;
  assert.deepEqual(logging, { DestinationBucketName: 'company-logs', LogFilePrefix: 'mailferry-raw/' });
});

test('what is switched off is not there', () => {
  using stack = synthesize({ alarms: false, dashboard: false, events: false, parserNetwork: 'open' });
  const types = new Set(Object.values(stack.resources).map(({ Type }) => Type));
  for (const type of [
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::Events::EventBus',
    'AWS::SNS::Topic',
    'AWS::Glue::Table',
    'AWS::EC2::VPC',
  ]) {
    assert.ok(!types.has(type), type);
  }
  assert.doesNotMatch(JSON.stringify(stack.resources), /events:PutEvents|MAILFERRY_EVENT_BUS/);
  assert.deepEqual(stack.findings, []);
});

test('without accounts the resource is there that takes out those of the deployment before', () => {
  using stack = synthesize({ parserNetwork: 'open' });
  const [[, { Properties: own }] = assert.fail('it is not there'), ...others] =
    stack.ofType('Custom::MailferryAccounts');
  assert.deepEqual(others, []);
  assert.deepEqual(Object.keys(own['Accounts'] ?? {}), []);
});

test('accounts are put into the table again for another deployment, or another table, and for nothing else', () => {
  const applied = (deployment?: string): Properties => {
    const accounts = sampleAccounts();
    const props = { accounts, parserNetwork: 'open' } as const;
    using stack = synthesize(deployment === undefined ? props : { ...props, deployment });
    const [[, { Properties: own }] = assert.fail('it is not there')] =
      stack.ofType('Custom::MailferryAccounts');
    assert.deepEqual(own['Table'], { Ref: stack.find('ImporterLedger').id });
    return own;
  };
  assert.deepEqual(applied(), applied());
  assert.notDeepEqual(applied('one'), applied('another'));
});

test('concurrency is what was asked for', () => {
  using stack = synthesize({ concurrency: { polls: 50, drains: 200 } });
  const sources = stack.ofType('AWS::Lambda::EventSourceMapping');
  const limits = sources.map(([, { Properties: own }]) => Number(own['ScalingConfig'].MaximumConcurrency));
  assert.deepEqual(limits, [50, 200, 10]);
});

test('without rows the parse function is told so', () => {
  using stack = synthesize({ catalogRows: false });
  const own = stack.find('ImporterFunctionsParseLambda').Properties['Environment'] as Properties;
  const settings = readParseSettings(own['Variables'] as Environment);
  assert.equal(settings.writesCatalog, false);
});

test('the catalog is found by account and day without crawling', () => {
  using stack = synthesize({ catalog: true, catalogDatabase: 'mail_archive' });
  const table = stack.find('ImporterCatalogMessages').Properties;
  assert.equal(table['DatabaseName'], 'mail_archive');
  const input = table['TableInput'] as Properties;
  assert.deepEqual(
    (input['PartitionKeys'] as Properties[]).map(({ Name }) => Name as unknown),
    ['account', 'ingest_dt'],
  );
  const parameters = input['Parameters'] as Properties;
  assert.equal(parameters['projection.account.type'], 'injected');
  assert.equal(parameters['projection.ingest_dt.type'], 'date');
  assert.match(
    JSON.stringify(parameters['storage.location.template']),
    /catalog\/v1\/account=\$\{account\}\/ingest_dt=\$\{ingest_dt\}/,
  );
  const columns = input['StorageDescriptor'].Columns as Properties[];
  assert.deepEqual(
    columns.map(({ Name, Type }) => [Name, Type] as unknown),
    Object.entries(CATALOG_COLUMNS),
  );
});

test('grantReadMail lets list and read mail and what was made of it, with the key, and nothing else', () => {
  using stack = given((scope) => ({ encryptionKey: Key.fromKeyArn(scope, 'Key', KEY_ARN) }));
  const reader = Role.fromRoleArn(stack.importer, 'Reader', 'arn:aws:iam::444455556666:role/reader', {
    mutable: false,
  });
  const grant = stack.importer.grantReadMail(reader);
  const statements = [...grant.principalStatements, ...grant.resourceStatements].map(
    (statement) => statement.toStatementJson() as Properties,
  );
  const actions = new Set(statements.flatMap(({ Action }) => Action as string | string[]));
  assert.deepEqual([...actions].sort(), [
    'kms:Decrypt',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
  ]);
  const decrypting = statements.filter(({ Action }) => Action === 'kms:Decrypt');
  assert.ok(decrypting.length > 0);
  for (const { Condition } of decrypting) assert.match(JSON.stringify(Condition), /kms:ViaService.*s3\./);
  const listing = statements.filter(({ Action }) => [Action].flat().includes('s3:ListBucketVersions'));
  assert.equal(JSON.stringify(listing).includes('Derived'), false, 'it has no versions');
  const objects = statements.filter(({ Action }) => [Action].flat().includes('s3:GetObject'));
  const named = stack.importer.node.scope;
  assert.ok(named !== undefined);
  const resources = JSON.stringify(
    Stack.of(named).resolve(objects.map(({ Resource }) => Resource as unknown)),
  );
  const folders = [...resources.matchAll(/"\/([a-z]+)\/\*"/g)].map(([, folder = '']) => folder);
  assert.deepEqual(folders.sort(), ['attachments', 'catalog', 'parsed', 'raw']);
});

function given(toProps: (scope: Stack) => MailboxImporterProps): Synthesized {
  return new Synthesized((app: App) => {
    const scope = new Stack(app, 'Given');
    // A stack without any resource is warned of.
    void new Topic(scope, 'Something');
    return toProps(scope);
  });
}
