// What leaves this machine with an account: certificates as text, references that lead somewhere, and nothing else.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { toDeployableAccounts } from '../../lib/config/deployable-accounts.ts';
import type { Account, AccountId } from '../../lib/core/account.ts';
import { sampleAccount } from '../contract/sample-accounts.ts';
import { makeAuthority } from '../support/certificates.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { passwordAuth } from '../support/account-defaults.ts';

const KEY = '-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n';

function problemsOf(accounts: readonly Account[]): string[] {
  try {
    toDeployableAccounts(accounts);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && 'scope' in error);
    assert.deepEqual([error.code, error.scope], ['CONFIG_INVALID', 'config']);
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return assert.fail('the accounts were accepted');
}

test('accounts without files, with passwords in AWS, stay as they are', () => {
  const inSsm = sampleAccount({ auth: passwordAuth('ssm', '/mail/a') });
  assert.deepEqual(toDeployableAccounts([sampleAccount(), inSsm]), [sampleAccount(), inSsm]);
});

test('a caFile goes along as its certificates, and nothing else that lies in it', async () => {
  await using folder = await temporaryFolder();
  const caFile = join(folder.path, 'ca.pem');
  const [first, second] = [(await makeAuthority()).caPem.trim(), (await makeAuthority()).caPem.trim()];
  await writeFile(caFile, `# our authorities\r\n${first.replaceAll(/\r?\n/g, '\r\n')}\r\n${KEY}${second}`);
  const [account] = toDeployableAccounts([sampleAccount({ caFile })]);
  const pem = `${first}\n${second}\n`.replaceAll('\r\n', '\n');
  assert.deepEqual(account, sampleAccount({ caFile: undefined, caPem: pem }));
});

test('a caFile that is none is told with what is wrong', async () => {
  await using folder = await temporaryFolder();
  const { caPem } = await makeAuthority();
  const broken = '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n';
  for (const [content, reason] of [
    [undefined, /ENOENT/],
    ['', /found none/],
    [KEY, /found none/],
    [`${caPem}${broken}`, /its certificate 2 cannot be read/],
    [caPem.repeat(100), /have \d+ octets, expected at most 32768/],
  ] as const) {
    const caFile = join(folder.path, 'ca.pem');
    if (content !== undefined) await writeFile(caFile, content);
    const [problem = '', ...others] = problemsOf([sampleAccount({ caFile })]);
    assert.deepEqual(others, []);
    assert.ok(problem.startsWith(`ann: caFile ${caFile}: `), problem);
    assert.match(problem, reason);
    assert.doesNotMatch(problem, /PRIVATE KEY|bm90/);
  }
});

test('passwords of this machine are refused, all at once, and not shown', () => {
  const stores = ['env', 'file', 'command'] as const;
  const accounts = stores.map((store, index) => {
    const auth = passwordAuth(store, 'hunter2');
    return sampleAccount({ id: `a${index}` as AccountId, auth, caFile: '/nowhere/ca.pem' });
  });
  const problems = problemsOf([...accounts, sampleAccount()]);
  assert.equal(problems.length, 6);
  for (const [index, store] of stores.entries()) {
    assert.equal(
      problems[index * 2],
      `a${index}: auth.password is ${store}:..., expected secretsmanager:ID[#json-key] or ssm:/path`,
    );
    assert.match(problems[index * 2 + 1] ?? '', /caFile \/nowhere\/ca\.pem: ENOENT/);
  }
  assert.doesNotMatch(problems.join(), /hunter2/);
});
