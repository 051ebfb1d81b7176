// docs/deployer-policy.json: what the role that makes the stack may do. Whatever kind of thing is added to the stack has to be
// provided for there. Which calls CloudFormation makes for a kind is in AWS's documentation; nobody here can try it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sampleAccounts } from './sample-accounts.ts';
import { synthesize } from './synthesized.ts';

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[]; readonly Resource: unknown }[];
}

const TEXT = readFileSync('docs/deployer-policy.json', 'utf8');
const POLICY = JSON.parse(TEXT) as Policy;
/** Of a managed policy, without white space. */
const MAX_OCTETS = 6144;

/** What it takes to make one and to take it away, if it is ever taken away. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
  'AWS::CloudWatch::Dashboard': ['cloudwatch:PutDashboard', 'cloudwatch:DeleteDashboards'],
  'AWS::DynamoDB::Table': [
    'dynamodb:CreateTable',
    'dynamodb:UpdateTimeToLive',
    'dynamodb:UpdateContinuousBackups',
  ],
  'AWS::EC2::EIP': ['ec2:AllocateAddress', 'ec2:ReleaseAddress'],
  'AWS::EC2::InternetGateway': ['ec2:CreateInternetGateway', 'ec2:DeleteInternetGateway'],
  'AWS::EC2::NatGateway': ['ec2:CreateNatGateway', 'ec2:DeleteNatGateway'],
  'AWS::EC2::Route': ['ec2:CreateRoute', 'ec2:DeleteRoute'],
  'AWS::EC2::RouteTable': ['ec2:CreateRouteTable', 'ec2:DeleteRouteTable'],
  'AWS::EC2::SecurityGroup': [
    'ec2:CreateSecurityGroup',
    'ec2:AuthorizeSecurityGroupEgress',
    'ec2:DeleteSecurityGroup',
  ],
  'AWS::EC2::SecurityGroupIngress': ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
  'AWS::EC2::Subnet': ['ec2:CreateSubnet', 'ec2:ModifySubnetAttribute', 'ec2:DeleteSubnet'],
  'AWS::EC2::SubnetRouteTableAssociation': ['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable'],
  'AWS::EC2::VPC': ['ec2:CreateVpc', 'ec2:ModifyVpcAttribute', 'ec2:DeleteVpc'],
  'AWS::EC2::VPCEndpoint': ['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints'],
  'AWS::EC2::VPCGatewayAttachment': ['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway'],
  'AWS::Events::EventBus': ['events:CreateEventBus', 'events:DeleteEventBus'],
  'AWS::IAM::Policy': ['iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
  'AWS::IAM::Role': ['iam:CreateRole', 'iam:PassRole', 'iam:DeleteRole'],
  'AWS::Lambda::EventInvokeConfig': [
    'lambda:PutFunctionEventInvokeConfig',
    'lambda:DeleteFunctionEventInvokeConfig',
  ],
  'AWS::Lambda::EventSourceMapping': ['lambda:CreateEventSourceMapping', 'lambda:DeleteEventSourceMapping'],
  'AWS::Lambda::Function': [
    'lambda:CreateFunction',
    'lambda:PutFunctionRecursionConfig',
    'lambda:DeleteFunction',
  ],
  'AWS::Logs::LogGroup': ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:DeleteLogGroup'],
  'AWS::S3::Bucket': [
    's3:CreateBucket',
    's3:PutBucketVersioning',
    's3:PutBucketNotification',
    's3:PutBucketObjectLockConfiguration',
  ],
  'AWS::S3::BucketPolicy': ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  'AWS::SNS::Subscription': ['sns:Subscribe', 'sns:Unsubscribe'],
  'AWS::SNS::Topic': ['sns:CreateTopic', 'sns:DeleteTopic'],
  'AWS::SNS::TopicPolicy': ['sns:SetTopicAttributes'],
  'AWS::SQS::Queue': ['sqs:CreateQueue', 'sqs:DeleteQueue'],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes'],
  'AWS::Scheduler::Schedule': ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'],
  'Custom::MailferryAccounts': ['lambda:InvokeFunction'],
};

test('everything the stack can have, but the catalog, may be made and taken away with it', () => {
  using stack = synthesize({
    accounts: sampleAccounts(),
    objectLock: { mode: 'governance', days: 1 },
    staticEgress: true,
    messageEvents: true,
    alarmEmail: 'ops@example.com',
  });
  const types = [...new Set(Object.values(stack.resources).map(({ Type }) => Type))].sort();
  assert.deepEqual(types, Object.keys(NEEDED).sort());
  const allowed = POLICY.Statement.flatMap(({ Action }) => Action);
  for (const [type, actions] of Object.entries(NEEDED)) {
    for (const action of actions) assert.ok(allowed.includes(action), `${type} needs ${action}`);
  }
});

test('it takes no mail away: neither buckets, nor objects, nor the table', () => {
  const actions = POLICY.Statement.flatMap(({ Action }) => Action);
  assert.deepEqual(
    actions.filter((action) => /^(s3:Delete(Bucket|Object)|dynamodb:DeleteTable)$|\*/.test(action)),
    [],
  );
  assert.deepEqual(new Set(actions).size, actions.length, 'each once');
});

test('it fits into one managed policy, in every region', () => {
  const filled = TEXT.replaceAll('REGION', 'ap-southeast-1').replaceAll('ACCOUNT', '111122223333');
  const octets = Buffer.byteLength(JSON.stringify(JSON.parse(filled)));
  assert.ok(octets <= MAX_OCTETS, `${octets} octets`);
});
