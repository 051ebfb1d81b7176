// Accounts of a configuration against those of a directory: each ends in exactly one list, and only what is said is done.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import { stateKey } from '../../../lib/adapters/dynamodb-state-item.ts';
import { applyAccounts } from '../../../lib/cli/accounts/apply-accounts.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import type { AccountDirectory } from '../../../lib/ports/directory.ts';
import { manyAccounts, sampleAccount } from '../../contract/sample-accounts.ts';
import { openTestTable, startDynalite } from '../../support/dynalite.ts';
import { MemoryAccountDirectory } from '../../support/memory-account-directory.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';

const NOTHING = { created: [], changed: [], unchanged: [], removed: [], leftAlone: [] };
const A = sampleAccount({ id: 'a' as AccountId });
const B = sampleAccount({ id: 'b' as AccountId });
const C = sampleAccount({ id: 'c' as AccountId });
const OTHER_B = { ...B, host: 'other.example.com', paused: true };

const DIRECTORIES: Readonly<
  Record<string, (body: (directory: AccountDirectory) => Promise<void>) => Promise<void>>
> = {
  'in memory': async (body) => {
    await body(new MemoryAccountDirectory(new MemoryLedger({ now: Date.now }), Date.now));
  },
  'in DynamoDB': async (body) => {
    await using server = await startDynalite();
    using table = openTestTable(server.port);
    await body(new DynamodbAccountDirectory(table, Date.now));
  },
};

async function idsIn(directory: AccountDirectory): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of directory.list()) ids.push(id);
  return ids.sort();
}

for (const [where, withDirectory] of Object.entries(DIRECTORIES)) {
  const options = { timeout: 60_000 };

  test(`accounts are created once, and unchanged afterwards (${where})`, options, async () => {
    await withDirectory(async (directory) => {
      const input = { accounts: [B, A], directory, prune: 'none' } as const;
      assert.deepEqual(await applyAccounts(input), { ...NOTHING, created: ['b', 'a'] });
      assert.deepEqual(await applyAccounts(input), { ...NOTHING, unchanged: ['b', 'a'] });
      assert.deepEqual((await directory.view(A.id)).applied?.account, A);
    });
  });

  test(`a changed account is told with the keys that change (${where})`, options, async () => {
    await withDirectory(async (directory) => {
      await applyAccounts({ accounts: [A, B], directory, prune: 'none' });
      const diff = await applyAccounts({ accounts: [A, OTHER_B], directory, prune: 'few' });
      const changed = [{ account: 'b', keys: ['host', 'paused'] }];
      assert.deepEqual(diff, { ...NOTHING, unchanged: ['a'], changed });
      assert.deepEqual((await directory.view(B.id)).applied?.account, OTHER_B);
    });
  });

  test(
    `an account of the table alone is left alone, and removed when it is said so (${where})`,
    options,
    async () => {
      await withDirectory(async (directory) => {
        await applyAccounts({ accounts: [A, B, C], directory, prune: 'none' });
        const left = await applyAccounts({ accounts: [B], directory, prune: 'none' });
        assert.deepEqual(left, { ...NOTHING, unchanged: ['b'], leftAlone: ['a', 'c'] });
        assert.deepEqual(await idsIn(directory), ['a', 'b', 'c']);
        const pruned = await applyAccounts({ accounts: [B], directory, prune: 2 });
        assert.deepEqual(pruned, { ...NOTHING, unchanged: ['b'], removed: ['a', 'c'] });
        assert.deepEqual(await idsIn(directory), ['b']);
        assert.deepEqual(await applyAccounts({ accounts: [A, B], directory, prune: 'none' }), {
          ...NOTHING,
          created: ['a'],
          unchanged: ['b'],
        });
      });
    },
  );

  test(`a dry run tells the same and does nothing (${where})`, options, async () => {
    await withDirectory(async (directory) => {
      await applyAccounts({ accounts: [A, B], directory, prune: 'none' });
      const input = { accounts: [OTHER_B, C], directory, prune: 'few' } as const;
      const told = await applyAccounts({ ...input, dryRun: true });
      assert.deepEqual(await idsIn(directory), ['a', 'b']);
      assert.deepEqual((await directory.view(B.id)).applied?.account, B);
      assert.deepEqual(told, {
        ...NOTHING,
        created: ['c'],
        changed: [{ account: 'b', keys: ['host', 'paused'] }],
        removed: ['a'],
      });
      assert.deepEqual(await applyAccounts(input), told);
    });
  });

  test(
    `many accounts are each told once, in the order of the configuration (${where})`,
    options,
    async () => {
      await withDirectory(async (directory) => {
        const accounts = manyAccounts('many', 100);
        const ids = accounts.map(({ id }) => id);
        assert.deepEqual((await applyAccounts({ accounts, directory, prune: 'none' })).created, ids);
        const none = await applyAccounts({ accounts: [], directory, prune: 'all' });
        assert.deepEqual([...none.removed].sort(), [...ids].sort());
        assert.deepEqual(await idsIn(directory), []);
      });
    },
  );
}

test('a failure ends it, and the next goes on with what is left', async () => {
  const directory = new MemoryAccountDirectory(new MemoryLedger({ now: Date.now }), Date.now);
  const failing = {
    view: async (id: AccountId) => await directory.view(id),
    apply: async () => await Promise.reject(new Error('out of order')),
    remove: async (id: AccountId) => await directory.remove(id),
    list: () => directory.list(),
  };
  await directory.apply(C);
  await assert.rejects(applyAccounts({ accounts: [A], directory: failing, prune: 'all' }), /out of order/);
  assert.deepEqual(await idsIn(directory), ['c'], 'nothing is removed before all others are applied');
  const diff = await applyAccounts({ accounts: [A], directory, prune: 'all' });
  assert.deepEqual([diff.created, diff.removed], [['a'], ['c']]);
});

test('what an older version wrote in other words is the same account, to a dry run too', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const directory = new DynamodbAccountDirectory(table, () => 1);
  await directory.apply(A);
  const item = (await table.get('reading', stateKey(A.id))) ?? assert.fail('it is not there');
  const words = { aFieldOfAnOlderVersion: 1, ...(JSON.parse(item['spec']?.S ?? '') as object) };
  await table.put('writing', { ...item, spec: { S: JSON.stringify(words) } });
  const input = { accounts: [A], directory, prune: 'none' } as const;
  assert.deepEqual(await applyAccounts({ ...input, dryRun: true }), { ...NOTHING, unchanged: ['a'] });
  assert.deepEqual(await applyAccounts(input), { ...NOTHING, unchanged: ['a'] });
  assert.equal((await directory.view(A.id)).applied?.appliedAt, 1);
});

test('an account in a slot that is not its own any more is changed, and a dry run says so', async () => {
  await using server = await startDynalite();
  using table = openTestTable(server.port);
  const directory = new DynamodbAccountDirectory(table, Date.now);
  await directory.apply(A);
  const item = (await table.get('reading', stateKey(A.id))) ?? assert.fail('it is not there');
  await table.put('writing', { ...item, slot: { S: 'every/7/1' } });
  const input = { accounts: [A], directory, prune: 'none' } as const;
  const changed = [{ account: 'a', keys: [] }];
  assert.deepEqual(await applyAccounts({ ...input, dryRun: true }), { ...NOTHING, changed });
  assert.deepEqual(await applyAccounts(input), { ...NOTHING, changed });
  assert.deepEqual(await applyAccounts(input), { ...NOTHING, unchanged: ['a'] });
});

for (const [prune, there, left, isTaken] of [
  ['few', 20, 10, true],
  ['few', 20, 9, false],
  ['few', 40, 29, false],
  ['few', 40, 30, true],
  [10, 40, 29, false],
  [11, 40, 29, true],
  ['all', 40, 0, true],
] as const) {
  test(`--prune=${prune}: of ${there} accounts ${there - left} are ${isTaken ? 'removed' : 'not removed, and nothing else is done'}`, async () => {
    const directory = new MemoryAccountDirectory(new MemoryLedger({ now: Date.now }), Date.now);
    const accounts = manyAccounts('many', there);
    await applyAccounts({ accounts, directory, prune: 'none' });
    const input = { accounts: [C, ...accounts.slice(0, left)], directory, prune } as const;
    for (const dryRun of [true, false]) {
      if (isTaken) {
        assert.equal((await applyAccounts({ ...input, dryRun })).removed.length, there - left);
        continue;
      }
      const refusal = new RegExp(`would remove ${there - left} of ${there} accounts .*nothing is done`);
      await assert.rejects(applyAccounts({ ...input, dryRun }), { code: 'CONFIG_INVALID', message: refusal });
    }
    assert.equal((await idsIn(directory)).length, isTaken ? left + 1 : there);
  });
}
