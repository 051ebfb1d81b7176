// Accounts by the hundred: IAM takes so much in the policies of a role and no more, and finds it out in the middle of a deployment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { MailboxImporterProps } from '../../cdk/mailbox-importer-props.ts';
import type { Account, AccountId, SecretRef } from '../../lib/core/account.ts';
import { passwordAuth } from '../support/account-defaults.ts';
import { sampleAccounts } from './sample-accounts.ts';
import { Synthesized } from './synthesized.ts';
import type { Properties } from './synthesized.ts';

/** Of all inline policies of a role together, without white space. */
const MAX_ROLE_CHARACTERS = 10_240;

const KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';

/** What CloudFormation puts there, at its longest. */
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws-us-gov',
  'AWS::URLSuffix': 'amazonaws.com.cn',
};

const [SAMPLE = assert.fail('no sample')] = sampleAccounts();

function accountsWith(count: number, toRef: (id: string) => SecretRef): Account[] {
  return Array.from({ length: count }, (_, n) => {
    const id = `customer-${n}` as AccountId;
    const { store, locator } = toRef(id);
    return { ...SAMPLE, id, user: `billing-${n}@example.com`, auth: passwordAuth(store, locator) };
  });
}

const inParameters = (id: string): SecretRef => ({ store: 'ssm', locator: `/mailferry/${id}` });
const inSecrets = (id: string): SecretRef => ({ store: 'secretsmanager', locator: `mailferry/${id}` });
const inOneSecret = (id: string): SecretRef => ({ store: 'secretsmanager', locator: `mailferry/pop3#${id}` });

/** Everything else on, so that the role has as much else to say as it can. */
function synthesizeFull(props: MailboxImporterProps): Synthesized {
  return new Synthesized((app) => {
    const scope = new Stack(app, 'Given');
    // A stack without any resource is warned of.
    void new Topic(scope, 'Something');
    const encryptionKey = Key.fromKeyArn(scope, 'Key', KEY_ARN);
    const secretKeys = [encryptionKey];
    return { staticEgress: true, parserNetwork: 'open', encryptionKey, secretKeys, ...props };
  });
}

function inlineCharacters(stack: Synthesized, role: string): number {
  const { id } = stack.find(role);
  return stack
    .ofType('AWS::IAM::Policy')
    .filter(([, { Properties: own }]) => (own['Roles'] as Properties[]).some(({ Ref }) => Ref === id))
    .reduce(
      (sum, [, { Properties: own }]) => sum + JSON.stringify(filledIn(own['PolicyDocument'])).length,
      0,
    );
}

function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Join': join } = value as Properties;
  // A name that AWS makes has up to 63 characters, and an ARN some before it.
  if (typeof Ref === 'string') return LONGEST[Ref] ?? 'x'.repeat(63);
  if (getAtt !== undefined) return 'x'.repeat(120);
  if (join !== undefined) return (join[1] as unknown[]).map(filledIn).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, filledIn(part)]));
}

for (const [where, toRef] of [
  ['a parameter', inParameters],
  ['a secret', inSecrets],
] as const) {
  test(`60 accounts with ${where} each fit into the role, with everything else switched on`, () => {
    using stack = synthesizeFull({ accounts: accountsWith(60, toRef) });
    for (const role of ['ImporterFunctionsPollRole', 'ImporterFunctionsDrainRole']) {
      const characters = inlineCharacters(stack, role);
      assert.ok(characters > 4000 && characters <= MAX_ROLE_CHARACTERS, `${role}: ${characters}`);
    }
    assert.deepEqual(stack.ofType('AWS::IAM::ManagedPolicy'), [], 'for which the deployer has no right');
  });

  test(`200 accounts with ${where} each are refused before anything is deployed, with the ways that are left`, () => {
    // The key is one more.
    assert.throws(() => synthesizeFull({ accounts: accountsWith(200, toRef) }), {
      code: 'CONFIG_INVALID',
      message: /name 201 secrets, parameters and keys, \d+ characters/,
      hint: /secretFolders.*secretsmanager:ID#json-key/,
    });
  });

  test(`200 accounts with ${where} each in one folder need no more than the folder`, () => {
    using stack = synthesizeFull({ accounts: accountsWith(200, toRef), secretFolders: ['mailferry/'] });
    const text = JSON.stringify(stack.find('ImporterFunctionsPollSecrets').Properties);
    assert.doesNotMatch(text, /customer/);
    assert.match(text, /:secret:mailferry\/\*/);
    assert.deepEqual(stack.ofType('AWS::IAM::ManagedPolicy'), []);
    assert.deepEqual(stack.findings, []);
  });
}

test('200 accounts with their passwords in one secret need the right to read one', () => {
  using stack = synthesizeFull({ accounts: accountsWith(200, inOneSecret) });
  const text = JSON.stringify(stack.find('ImporterFunctionsPollSecrets').Properties);
  assert.equal(text.split(':secret:').length - 1, 1);
  const { Accounts: specs } = stack.ofType('Custom::MailferryAccounts')[0]?.[1].Properties ?? {};
  assert.equal(Object.keys(specs as Properties).length, 200);
});

test('as many secrets as are let through fit, whatever their names', () => {
  for (const length of [1, 40, 400]) {
    let count = 1;
    const synthesizeWith = (accounts: number): Synthesized =>
      synthesizeFull({
        accounts: accountsWith(accounts, (id) => ({ store: 'ssm', locator: `/${'n'.repeat(length)}${id}` })),
      });
    for (let step = 64; step >= 1; step /= 2) if (isTaken(synthesizeWith, count + step)) count += step;
    using stack = synthesizeWith(count);
    const characters = inlineCharacters(stack, 'ImporterFunctionsPollRole');
    assert.ok(characters <= MAX_ROLE_CHARACTERS, `${count} with names of ${length}: ${characters}`);
    assert.deepEqual(stack.ofType('AWS::IAM::ManagedPolicy'), []);
  }
});

function isTaken(synthesizeWith: (count: number) => Synthesized, count: number): boolean {
  try {
    using stack = synthesizeWith(count);
    return stack.resources !== undefined;
  } catch {
    return false;
  }
}
