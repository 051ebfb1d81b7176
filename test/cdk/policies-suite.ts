// Who may do what. The golden file is the list a person has agreed to: whatever is added to a policy, or changed, fails here until
// it is in there too. `MAILFERRY_WRITE_GOLDEN=1` writes it anew: read the difference before you keep it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describePolicies, reportPolicies } from './policy-report.ts';
import type { Synthesized } from './synthesized.ts';

const GOLDEN = fileURLToPath(new URL('policies.golden.json', import.meta.url));
/** A function's network interfaces; EC2 takes no names for them. */
const NETWORK_RIGHTS = ['AttachToNetwork', 'NetworkIsNotForCode'];

export function testPolicies(stack: Synthesized): void {
  const report = reportPolicies(stack);
  const roles = Object.entries(report.roles);

  test('every right of every role and resource is one that was agreed to', () => {
    const described = describePolicies(report);
    if (process.env['MAILFERRY_WRITE_GOLDEN'] === '1')
      writeFileSync(GOLDEN, `${JSON.stringify(described, null, 2)}\n`);
    assert.deepEqual(described, JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });

  test('no role has a managed policy, a wildcard action, or a resource that could be named and is not', () => {
    assert.ok(roles.length >= 6, `${roles.length} roles`);
    for (const [role, { managed, rights }] of roles) {
      assert.deepEqual(managed, [], role);
      for (const [name, { actions, resources }] of Object.entries(rights)) {
        assert.ok(!actions.some((action) => action.includes('*')), `${role} ${name}`);
        if (!NETWORK_RIGHTS.includes(name)) assert.ok(!resources.includes('*'), `${role} ${name}`);
      }
    }
  });

  test('only the functions that fetch read secrets, and only the very ones the accounts name', () => {
    const readers = roles.filter(([, { rights }]) => mayDo(rights, /^(secretsmanager|ssm|kms):/));
    assert.deepEqual(
      readers.map(([role]) => role),
      ['ImporterFunctionsDrainRole', 'ImporterFunctionsPollRole'],
    );
    for (const [, { rights }] of readers) {
      const arn = 'arn:<AWS::Partition>';
      const place = '<AWS::Region>:<AWS::AccountId>';
      assert.deepEqual(rights['ReadSecrets']?.resources, [
        `${arn}:secretsmanager:${place}:secret:mailferry/pop3-??????`,
      ]);
      assert.deepEqual(rights['ReadParameters']?.resources, [
        `${arn}:ssm:${place}:parameter/mailferry/sales`,
      ]);
    }
  });

  test('the function that parses mail touches no table, no secret, sends no message and writes nothing beside raw mail', () => {
    const rights = report.roles['ImporterFunctionsParseRole']?.rights ?? {};
    assert.ok(!mayDo(rights, /^(dynamodb|secretsmanager|ssm|events|lambda|iam|sts):|sqs:SendMessage/));
    const written = Object.values(rights).filter(({ actions }) => actions.includes('s3:PutObject'));
    assert.deepEqual(
      written.flatMap(({ resources }) => resources),
      ['attachments', 'catalog', 'parsed'].map((folder) => `<ImporterStorageDerived.Arn>/${folder}/*`),
    );
  });

  test('nobody is allowed to delete anything from a bucket or the table', () => {
    for (const [role, { rights }] of roles) {
      assert.ok(
        !mayDo(rights, /^(s3|dynamodb):(Delete|BatchWrite|Bypass|PutObject(Retention|LegalHold))/),
        role,
      );
    }
  });
}

function mayDo(
  rights: Readonly<Record<string, { effect: string; actions: readonly string[] }>>,
  what: RegExp,
): boolean {
  return Object.values(rights).some(
    ({ effect, actions }) => effect === 'Allow' && actions.some((a) => what.test(a)),
  );
}
