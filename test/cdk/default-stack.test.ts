// The stack as it comes, with two accounts: one synth, looked at from all sides.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fromSpec } from '../../lib/core/account-spec.ts';
import { testAlarms } from './alarms-suite.ts';
import { testFunctions } from './functions-suite.ts';
import { testPolicies } from './policies-suite.ts';
import { sampleAccounts } from './sample-accounts.ts';
import { testStorage } from './storage-suite.ts';
import { synthesize } from './synthesized.ts';
import type { Properties } from './synthesized.ts';

const stack = synthesize({ accounts: sampleAccounts() });
after(() => stack[Symbol.dispose]());

testStorage(stack);
testFunctions(stack);
testAlarms(stack);
testPolicies(stack);

test('cdk-nag finds nothing that was not looked at', () => {
  assert.deepEqual(stack.findings, []);
});

test('the template leaves room: below a tenth of what CloudFormation takes in octets, a fourth in resources', () => {
  assert.ok(stack.octets < 100_000, `${stack.octets} octets`);
  assert.ok(Object.keys(stack.resources).length < 125);
});

test('no function of anybody else is deployed with ours', () => {
  const names = stack.ofType('AWS::Lambda::Function').map(([id]) => id);
  assert.ok(
    names.every((id) => id.startsWith('ImporterFunctions') || id.startsWith('ImporterAccounts')),
    names.join(),
  );
});

test('the accounts of the configuration go into the table as they are, an account each', () => {
  const [, { Properties: own }] =
    stack.ofType('Custom::MailferryAccounts')[0] ?? assert.fail('it is not there');
  const specs = own['Accounts'] as Properties;
  assert.deepEqual(
    Object.values(specs).map((spec) => fromSpec(String(spec))),
    sampleAccounts(),
  );
  assert.deepEqual(Object.keys(specs), ['billing', 'sales']);
  assert.deepEqual(own['ServiceToken'], {
    'Fn::GetAtt': [stack.find('ImporterAccountsFunctionLambda').id, 'Arn'],
  });
  assert.ok(Number(own['ServiceTimeout']) > 120);
});

test('the parser is where no way leads out but to the two buckets', () => {
  const routes = stack.ofType('AWS::EC2::Route');
  assert.deepEqual(routes, []);
  assert.equal(stack.ofType('AWS::EC2::InternetGateway').length, 0);
  assert.equal(stack.ofType('AWS::EC2::NatGateway').length, 0);
  const [[, { Properties: endpoint }] = assert.fail('no endpoint'), ...others] =
    stack.ofType('AWS::EC2::VPCEndpoint');
  assert.deepEqual(others, []);
  const allowed = ((endpoint['PolicyDocument'] as Properties)['Statement'] as Properties[]).map(
    ({ Action }) => Action,
  );
  assert.deepEqual(allowed, ['s3:ListBucket', 's3:GetObject', ['s3:GetObject', 's3:PutObject']]);
  const subnets = stack.ofType('AWS::EC2::Subnet').map(([id]) => ({ Ref: id }));
  const parser = stack.find('ImporterFunctionsParseLambda').Properties['VpcConfig'] as Properties;
  assert.deepEqual(parser['SubnetIds'], subnets);
  assert.equal(subnets.length, 2);
  const group = stack.find('ImporterParserGroup');
  assert.deepEqual(parser['SecurityGroupIds'], [{ 'Fn::GetAtt': [group.id, 'GroupId'] }]);
  const [{ FromPort, ToPort } = assert.fail('no way to the endpoints'), ...more] = group.Properties[
    'SecurityGroupEgress'
  ] as Properties[];
  assert.deepEqual([FromPort, ToPort, more], [443, 443, []]);
  assert.equal(group.Properties['SecurityGroupIngress'], undefined);
});

test('what a person needs to go on is among the outputs', () => {
  assert.deepEqual(Object.keys(stack.outputs).sort(), [
    'AlarmTopic',
    'DerivedBucket',
    'EventBusName',
    'LedgerTable',
    'RawBucket',
  ]);
});
