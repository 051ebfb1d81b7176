// What a deployment does to the accounts in the table, and what it leaves alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDeployed } from '../../../functions/accounts/apply-deployed.ts';
import type { Specs } from '../../../functions/accounts/apply-deployed.ts';
import { toSpec } from '../../../lib/core/account-spec.ts';
import type { Account, AccountId } from '../../../lib/core/account.ts';
import { sampleAccounts } from '../../cdk/sample-accounts.ts';
import { MemoryAccountDirectory } from '../../support/memory-account-directory.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';

const [BILLING, SALES] = sampleAccounts() as readonly [Account, Account];
const OWN = { ...SALES, id: 'own' as AccountId };

function specsOf(...accounts: readonly Account[]): Specs {
  return Object.fromEntries(accounts.map((account) => [account.id, toSpec(account)]));
}

function openDirectory(): MemoryAccountDirectory {
  const now = (): number => 1_750_000_000_000;
  return new MemoryAccountDirectory(new MemoryLedger({ now }), now);
}

async function idsIn(directory: MemoryAccountDirectory): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of directory.list()) ids.push(id);
  return ids.sort();
}

test('the first deployment puts the accounts there, and a second with the same changes nothing', async () => {
  const directory = openDirectory();
  const after = specsOf(BILLING, SALES);
  assert.deepEqual(await applyDeployed({ before: {}, after }, directory), {
    created: 2,
    changed: 0,
    unchanged: 0,
    removed: 0,
  });
  assert.deepEqual((await directory.view(BILLING.id)).applied?.account, BILLING);
  assert.equal((await applyDeployed({ before: after, after }, directory)).unchanged, 2);
});

test('what is taken out of the configuration is polled no longer; what others put there stays', async () => {
  const directory = openDirectory();
  await directory.apply(OWN);
  await applyDeployed({ before: {}, after: specsOf(BILLING, SALES) }, directory);
  const changed = { ...BILLING, host: 'pop2.example.com' };
  const applied = await applyDeployed(
    { before: specsOf(BILLING, SALES), after: specsOf(changed) },
    directory,
  );
  assert.deepEqual(applied, { created: 0, changed: 1, unchanged: 0, removed: 1 });
  assert.deepEqual(await idsIn(directory), ['billing', 'own']);
});

test('a deployment that is rolled back brings the accounts back as they were', async () => {
  const directory = openDirectory();
  const [before, after] = [specsOf(BILLING, SALES), specsOf(BILLING)];
  await applyDeployed({ before: {}, after: before }, directory);
  await applyDeployed({ before, after }, directory);
  assert.equal((await applyDeployed({ before: after, after: before }, directory)).created, 1);
  assert.deepEqual(await idsIn(directory), ['billing', 'sales']);
});

test('with one account that cannot be read, none is written and none is removed', async () => {
  const directory = openDirectory();
  await applyDeployed({ before: {}, after: specsOf(SALES) }, directory);
  const newer = JSON.stringify({ ...(JSON.parse(toSpec(BILLING)) as object), version: 2 });
  for (const spec of [newer, 'nonsense', toSpec(SALES)]) {
    const after = { own: toSpec(OWN), billing: spec };
    await assert.rejects(applyDeployed({ before: specsOf(SALES), after }, directory), {
      name: 'MailferryError',
    });
  }
  assert.deepEqual(await idsIn(directory), ['sales']);
});
