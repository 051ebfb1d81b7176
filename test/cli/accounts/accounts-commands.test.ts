// `mailferry accounts`: the built command line against a real table.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import { accountProgress } from '../../contract/sample-records.ts';
import { makeAuthority } from '../../support/certificates.ts';
import { runCli } from '../../support/cli.ts';
import type { CliResult } from '../../support/cli.ts';
import { endpointOf, openTestTable, startDynalite, TABLE } from '../../support/dynalite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const options = { timeout: 120_000 };
const ONE = 'one' as AccountId;

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  configure(...accounts: readonly object[]): Promise<void>;
  cli(...args: readonly string[]): Promise<CliResult>;
}

async function openPlace(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const { port } = stack.use(await startDynalite());
  const file = join(folder.path, 'mailferry.yaml');
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: endpointOf(port),
  };
  return {
    folder: folder.path,
    port,
    configure: async (...accounts) => {
      const config = { archive: 's3://not-asked', ledger: `dynamodb://${TABLE}`, accounts };
      await writeFile(file, JSON.stringify(config));
    },
    cli: async (...args) => await runCli(['accounts', ...args, '--config', file], { env }),
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

function account(id: string, changes: object = {}): object {
  return {
    id,
    host: 'pop.example.com',
    user: `${id}@example.com`,
    auth: { password: 'ssm:/mail/x' },
    ...changes,
  };
}

/** What a failed log-in leaves behind. */
async function suspend({ port }: Place, id: AccountId): Promise<void> {
  using table = openTestTable(port);
  const progress = accountProgress({
    lastSuccessAt: undefined,
    nextAttemptAt: Date.now() + 3_600_000,
    suspendedFor: 'POP3_AUTH_FAILED',
  });
  assert.equal(await new DynamodbLedger(table, Date.now).saveProgress(id, progress, undefined), 'saved');
}

test('apply shows what it would do, does it, and has nothing to do then', options, async () => {
  await using place = await openPlace();
  await place.configure(account('one'), account('two', { paused: true }));
  const dry = await place.cli('apply', '--dry-run');
  assert.deepEqual([dry.exitCode, dry.stderr], [0, '']);
  assert.match(dry.stdout, /^\+ {2}one {2}would be created\n\+ {2}two {2}would be created$/m);
  assert.match(dry.stdout, /^2 accounts: 2 created \(a dry run: nothing is written\)$/m);
  assert.match((await place.cli('list')).stdout, /no account is in the table/);
  const applied = await place.cli('apply');
  assert.equal(applied.stdout, '+  one  created\n+  two  created\n2 accounts: 2 created\n');
  const again = await place.cli('apply');
  assert.equal(again.stdout, '=  one  unchanged\n=  two  unchanged\n2 accounts: 2 unchanged\n');
  const { stdout } = await place.cli('list');
  assert.match(stdout, /^one +every 15 minutes +none +polled, without success so far$/m);
  assert.match(stdout, /^two +paused +none +paused$/m);
});

test('apply names the keys that change, and removes only with --prune', options, async () => {
  await using place = await openPlace();
  await place.configure(account('one'), account('two'), account('three'));
  await place.cli('apply');
  await place.configure(account('one', { port: 1995, limits: { messageBytes: '1MB' } }), account('two'));
  const left = await place.cli('apply');
  assert.equal(
    left.stdout,
    [
      '~  one    changed: port, limits.messageBytes',
      '=  two    unchanged',
      '?  three  in the table only, left alone: --prune removes it',
      '3 accounts: 1 changed, 1 unchanged, 1 left alone',
      '',
    ].join('\n'),
  );
  const pruned = await place.cli('apply', '--prune', '--json');
  assert.deepEqual(JSON.parse(pruned.stdout), {
    dryRun: false,
    created: [],
    changed: [],
    unchanged: ['one', 'two'],
    removed: ['three'],
    leftAlone: [],
  });
  const { accounts } = JSON.parse((await place.cli('list', '--json')).stdout) as {
    accounts: { account: string }[];
  };
  assert.deepEqual(
    accounts.map(({ account }) => account),
    ['one', 'two'],
  );
});

test('apply removes most accounts only if it is told how many', options, async () => {
  await using place = await openPlace();
  await place.configure(account('one'), account('two'), account('three'));
  await place.cli('apply');
  await place.configure(account('two', { port: 1995 }));
  const refused = await place.cli('apply', '--prune');
  assert.deepEqual([refused.exitCode, refused.stdout], [2, '']);
  assert.match(
    refused.stderr,
    /CONFIG_INVALID: --prune would remove 2 of 3 accounts in the table: one, three;/,
  );
  assert.match(refused.stderr, /--prune=2, or --prune=all/);
  assert.equal((await place.cli('apply', '--prune=many')).exitCode, 2);
  const pruned = await place.cli('apply', '--prune=2', '--json');
  assert.deepEqual((JSON.parse(pruned.stdout) as { removed: string[] }).removed, ['one', 'three']);
});

test('a caFile goes into the table as text; passwords of this machine go nowhere', options, async () => {
  await using place = await openPlace();
  const { caPem } = await makeAuthority();
  await writeFile(join(place.folder, 'ca.pem'), caPem);
  await place.configure(account('one', { caFile: './ca.pem' }));
  assert.equal((await place.cli('apply')).exitCode, 0);
  using table = openTestTable(place.port);
  const { applied } = await new DynamodbAccountDirectory(table, Date.now).view(ONE);
  assert.equal(applied?.account.caFile, undefined);
  assert.equal(applied?.account.caPem?.trim(), caPem.trim().replaceAll('\r\n', '\n'));
  await place.configure(
    account('one', { auth: { password: 'env:PASSWORD' } }),
    account('two', { auth: { password: 'command:pass show mail' }, caFile: './none.pem' }),
  );
  const refused = await place.cli('apply');
  assert.deepEqual([refused.exitCode, refused.stdout], [2, '']);
  assert.match(refused.stderr, /CONFIG_INVALID: the accounts cannot be applied, with 3 problems:/);
  assert.match(
    refused.stderr,
    /one: auth\.password is env:\.\.\., expected secretsmanager:ID\[#json-key\] or ssm/,
  );
  assert.match(refused.stderr, /two: auth\.password is command:\.\.\./);
  assert.match(refused.stderr, /two: caFile .*none\.pem: ENOENT/);
  assert.match((await place.cli('list', '--json')).stdout, /"account": "one"/);
});

test(
  'a suspended account is told with its reason, and polled again once it is resumed',
  options,
  async () => {
    await using place = await openPlace();
    await place.configure(account('one'), account('two', { paused: true }));
    await place.cli('apply');
    await suspend(place, ONE);
    const { stdout } = await place.cli('list');
    assert.match(stdout, /^one .* suspended until 20\d\d-.*Z \(in \d+ min\): POP3_AUTH_FAILED$/m);
    const unknown = await place.cli('resume', 'one', 'nobody', 'Not An Id');
    assert.equal(unknown.exitCode, 2);
    assert.match(
      unknown.stderr,
      /ACCOUNT_UNKNOWN: no account "nobody", "Not An Id" in the table: nothing is resumed/,
    );
    assert.match((await place.cli('list')).stdout, /suspended/);
    const resumed = await place.cli('resume', 'one', 'two');
    assert.deepEqual([resumed.exitCode, resumed.stderr], [0, '']);
    assert.match(resumed.stdout, /^one: is polled in its next turn$/m);
    assert.match(resumed.stdout, /^two: resumed, but it is paused in its configuration$/m);
    assert.match((await place.cli('list')).stdout, /^one .* polled, without success so far$/m);
  },
);

test('a change of the account ends its suspension', options, async () => {
  await using place = await openPlace();
  await place.configure(account('one'));
  await place.cli('apply');
  await suspend(place, ONE);
  await place.cli('apply');
  assert.match((await place.cli('list')).stdout, /^one .* suspended/m);
  await place.configure(account('one', { auth: { password: 'ssm:/mail/y' } }));
  assert.match((await place.cli('apply')).stdout, /^~ {2}one {2}changed: auth$/m);
  assert.doesNotMatch((await place.cli('list')).stdout, /suspended/);
});

test('a ledger that is no table is a usage error, for every one of the commands', options, async () => {
  await using place = await openPlace();
  const config = { archive: './mail', accounts: [account('one')] };
  await writeFile(join(place.folder, 'mailferry.yaml'), JSON.stringify(config));
  for (const args of [['apply'], ['list'], ['resume', 'one']]) {
    const { exitCode, stdout, stderr } = await place.cli(...args);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /CONFIG_INVALID: .*ledger: .*ledger\.db, expected ledger: dynamodb:\/\/table/);
  }
});
