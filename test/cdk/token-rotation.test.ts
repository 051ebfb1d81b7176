// The fetch functions may write refresh tokens, each by its name, and no other secret; nobody else may write any.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { parseConfig } from '../../lib/config/load-config.ts';
import type { Account } from '../../lib/core/account.ts';
import { reportPolicies } from './policy-report.ts';
import type { Right } from './policy-report.ts';
import { sampleAccounts } from './sample-accounts.ts';
import { Synthesized } from './synthesized.ts';

const KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const PLACE = '<AWS::Region>:<AWS::AccountId>';
const WRITES = /^(secretsmanager:(?!GetSecretValue$)|ssm:(?!GetParameter$)|kms:(?!Decrypt$))/;

const OAUTH2_CONFIG = `
archive: ./mail
accounts:
  - id: whole
    host: outlook.office365.com
    user: whole@example.com
    auth: { oauth2: { provider: microsoft, clientId: id, refreshToken: "secretsmanager:mailferry/whole" } }
  - id: member
    host: pop.gmail.com
    user: member@example.com
    auth:
      oauth2:
        provider: google
        clientId: id
        clientSecret: "secretsmanager:mailferry/google#client-secret"
        refreshToken: "secretsmanager:mailferry/tokens#member"
  - id: parameter
    host: outlook.office365.com
    user: parameter@example.com
    auth: { oauth2: { provider: microsoft, clientId: id, refreshToken: "ssm:/mailferry/parameter" } }
  - id: program
    host: outlook.office365.com
    user: program@example.com
    auth:
      oauth2:
        provider: microsoft
        tenant: example.com
        grant: clientCredentials
        clientId: id
        clientSecret: "ssm:/mailferry/program"
`;

function rightsToWrite(accounts: readonly Account[], hasKey: boolean): Record<string, readonly Right[]> {
  using stack = new Synthesized((app) => {
    const scope = new Stack(app, 'Given');
    // A stack without any resource is warned of.
    void new Topic(scope, 'Something');
    const secretKeys = hasKey ? [Key.fromKeyArn(scope, 'Key', KEY_ARN)] : [];
    return { accounts, secretFolders: ['mailferry/'], secretKeys };
  });
  assert.deepEqual(stack.findings, []);
  const writers = Object.entries(reportPolicies(stack).roles).map(([role, { rights }]) => {
    const found = Object.values(rights).filter(({ actions }) =>
      actions.some((action) => WRITES.test(action)),
    );
    return [role, found] as const;
  });
  return Object.fromEntries(writers.filter(([, found]) => found.length > 0));
}

const allow = (action: string, resources: string[], service?: string): Right => ({
  effect: 'Allow',
  actions: [action],
  resources,
  ...(service !== undefined && {
    condition: {
      StringEquals: { 'kms:ViaService': `${service}.<AWS::Region>.<AWS::URLSuffix>` },
    },
  }),
});

test('refresh tokens may be written by the functions that fetch, each by its name, also below a folder', () => {
  const { accounts } = parseConfig(OAUTH2_CONFIG, 'mailferry.yaml');
  const secret = `arn:<AWS::Partition>:secretsmanager:${PLACE}:secret:mailferry`;
  const expected = [
    allow('kms:Encrypt', [KEY_ARN], 'ssm'),
    allow('kms:GenerateDataKey', [KEY_ARN], 'secretsmanager'),
    allow('secretsmanager:UpdateSecretVersionStage', [`${secret}/tokens-??????`]),
    allow('ssm:PutParameter', [`arn:<AWS::Partition>:ssm:${PLACE}:parameter/mailferry/parameter`]),
    allow('secretsmanager:PutSecretValue', [`${secret}/tokens-??????`, `${secret}/whole-??????`]),
  ];
  assert.deepEqual(rightsToWrite(accounts, true), {
    ImporterFunctionsDrainRole: expected,
    ImporterFunctionsPollRole: expected,
  });
});

test('with passwords alone nobody may write a secret', () => {
  assert.deepEqual(rightsToWrite(sampleAccounts(), true), {});
});
