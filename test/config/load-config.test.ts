// A configuration is either whole and checked, or every problem in it is told at once.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXAMPLE_CONFIG } from '../../lib/cli/init.ts';
import type { Account } from '../../lib/core/account.ts';
import { loadConfig, parseConfig } from '../../lib/config/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { passwordAuth, STRAIGHT_WAY } from '../support/account-defaults.ts';

const PATH = '/etc/ferry/mailferry.yaml';
const ACCOUNT = { id: 'a', host: 'pop.example.com', user: 'ann', auth: { password: 'env:PASSWORD' } };

function accountFrom(changes: object): Account {
  const config = parseConfig(
    JSON.stringify({ archive: 'mail', accounts: [{ ...ACCOUNT, ...changes }] }),
    PATH,
  );
  return config.accounts[0] ?? assert.fail('no account');
}

function problemsOf(file: unknown): string {
  try {
    parseConfig(typeof file === 'string' ? file : JSON.stringify(file), PATH);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && 'scope' in error, String(error));
    assert.deepEqual([error.code, error.scope], ['CONFIG_INVALID', 'config']);
    assert.ok(error.message.startsWith(`${PATH} has `), error.message);
    return error.message;
  }
  return assert.fail('the configuration was accepted');
}

function problemsOfAccount(changes: object): string {
  return problemsOf({ archive: 'mail', accounts: [{ ...ACCOUNT, ...changes }] });
}

test('what is left out has its default', () => {
  const config = parseConfig(JSON.stringify({ archive: './mail', accounts: [ACCOUNT] }), PATH);
  assert.deepEqual(config.archive, { kind: 'folder', path: '/etc/ferry/mail' });
  assert.deepEqual(config.ledger, { kind: 'sqlite', path: '/etc/ferry/mail/ledger.db' });
  assert.deepEqual([config.derived, config.parsing], [undefined, 'here']);
  assert.deepEqual(config.accounts, [
    {
      id: 'a',
      host: 'pop.example.com',
      port: 995,
      tls: 'implicit',
      caFile: undefined,
      caPem: undefined,
      allowPrivateNetwork: false,
      user: 'ann',
      auth: passwordAuth('env', 'PASSWORD'),
      ...STRAIGHT_WAY,
      onServer: 'keep',
      pauseDeletions: false,
      limits: {
        messageOctets: 100_000_000,
        runMessages: 10_000,
        runOctets: 5_000_000_000,
        deletionsPerRun: 1000,
      },
      schedule: { everyMinutes: 15 },
      paused: false,
    },
  ]);
});

test('the port follows tls, and relative paths start from the folder of the file', () => {
  assert.equal(accountFrom({ tls: 'starttls' }).port, 110);
  assert.equal(accountFrom({ tls: 'none', insecure: true }).port, 110);
  assert.equal(accountFrom({ tls: 'starttls', port: 2110 }).port, 2110);
  assert.equal(accountFrom({ caFile: './ca.pem' }).caFile, '/etc/ferry/ca.pem');
  const { auth } = accountFrom({ auth: { password: 'file:../pw' } });
  assert.deepEqual(auth, passwordAuth('file', '/etc/pw'));
});

test('sizes are octets or a number with a unit', () => {
  for (const [size, octets] of [
    [1, 1],
    ['1', 1],
    ['7B', 7],
    ['1.5KB', 1500],
    ['100MB', 100_000_000],
    ['100 MB', 100_000_000],
    ['2GB', 2_000_000_000],
    ['1KiB', 1024],
    ['1MiB', 1_048_576],
    ['1GiB', 1_073_741_824],
  ] as const) {
    assert.equal(accountFrom({ limits: { messageBytes: size } }).limits.messageOctets, octets, String(size));
  }
  for (const size of [0, -1, '0', 'MB', '5 apples', '1e9GB', '9999999999GB', '', true, null, [1]]) {
    const problems = problemsOfAccount({ limits: { runBytes: size } });
    assert.match(problems, /accounts\[0\]\.limits\.runBytes: expected a size such as 100MB/);
    assert.ok(problems.includes(`got ${JSON.stringify(size)}`), problems);
  }
});

test('all problems are told at once, each with its path, its value and what is allowed', () => {
  const problems = problemsOf({
    archive: 'ftp://host/mail',
    derived: 's3://UPPER',
    ledger: 'dynamodb://x',
    parsing: 'elsewhere',
    colour: 'red',
    accounts: [
      { ...ACCOUNT, id: 'Not Good', port: 70_000, tls: 'maybe', onServer: 'purge', schedule: 'often' },
      { ...ACCOUNT, id: 'b', host: '', user: undefined, auth: {}, limits: { runMessages: 0, more: 1 } },
    ],
  });
  for (const expected of [
    'archive: expected the path of a folder, or s3://bucket[/prefix], got "ftp://host/mail"',
    'derived: expected s3://bucket[/prefix], got "s3://UPPER"',
    'ledger: expected the path of a file, or dynamodb://table, got "dynamodb://x"',
    'parsing: expected here, stack or later, got "elsewhere"',
    'colour: there is no such key here',
    'accounts[0].id: expected 1 to 63 of a-z, 0-9 and -, not starting with -, got "Not Good"',
    'accounts[0].port: expected a whole number from 1 to 65535, got 70000',
    'accounts[0].tls: expected implicit, starttls or none, got "maybe"',
    'accounts[0].onServer: expected keep, delete or { deleteAfterDays: N } with a whole number N of at least 1, got "purge"',
    'accounts[0].schedule: expected every 15 minutes, every 2 hours, every day',
    'accounts[1].host: expected a host name or an IP address, got ""',
    'accounts[1].user: expected the user name of the mailbox, got nothing',
    'accounts[1].auth.password: expected a reference to a secret',
    'accounts[1].limits.runMessages: expected a whole number of at least 1, got 0',
    'accounts[1].limits.more: there is no such key here',
  ]) {
    assert.ok(problems.includes(`\n  ${expected}`), `${expected}\nis not in\n${problems}`);
  }
  assert.match(problems, /has 15 problems:/);
});

test('what may be deleted on the server is keep, delete, or a whole number of days', () => {
  assert.equal(accountFrom({ onServer: 'keep' }).onServer, 'keep');
  assert.equal(accountFrom({ onServer: 'delete' }).onServer, 'delete');
  const aged = accountFrom({ onServer: { deleteAfterDays: 30 }, pauseDeletions: true });
  assert.deepEqual([aged.onServer, aged.pauseDeletions], [{ deleteAfterDays: 30 }, true]);
  assert.equal(accountFrom({ onServer: { deleteAfterDays: 1 } }).pauseDeletions, false);
  for (const onServer of ['', 'Delete', true, 30, null, []]) {
    const problems = problemsOfAccount({ onServer });
    assert.match(problems, /has a problem:\n {2}accounts\[0\]\.onServer: expected keep, delete or \{/);
    assert.ok(problems.includes(`got ${JSON.stringify(onServer)}`), problems);
  }
});

test('a number of days that is none is named, with what is allowed', () => {
  for (const days of [0, -1, 1.5, '30', null, undefined]) {
    const problems = problemsOfAccount({ onServer: { deleteAfterDays: days } });
    assert.match(
      problems,
      /has a problem:\n {2}accounts\[0\]\.onServer(\.deleteAfterDays)?: expected .*whole number .*of at least 1, got/,
      String(days),
    );
  }
  const twoRules = problemsOfAccount({ onServer: { deleteAfterDays: 30, keep: true } });
  assert.match(twoRules, /accounts\[0\]\.onServer\.keep: there is no such key here/);
});

test('the deletions of a run are limited to a whole number up to 100000', () => {
  for (const deletionsPerRun of [1, 100_000]) {
    assert.equal(accountFrom({ limits: { deletionsPerRun } }).limits.deletionsPerRun, deletionsPerRun);
  }
  for (const deletionsPerRun of [0, 100_001, 2.5, '10', null]) {
    const problems = problemsOfAccount({ limits: { deletionsPerRun } });
    assert.match(problems, /limits\.deletionsPerRun: expected a whole number from 1 to 100000, got/);
  }
});

test('a password in the place of a reference is never shown', () => {
  for (const password of ['hunter2', 'hunter2:x', 'env:', ['hunter2'], { value: 'hunter2' }]) {
    const problems = problemsOfAccount({ auth: { password } });
    assert.match(problems, /accounts\[0\]\.auth\.password: expected a reference to a secret/);
    assert.doesNotMatch(problems, /hunter2/);
  }
  assert.doesNotMatch(problemsOfAccount({ password: 'hunter2' }), /hunter2/);
});

test('a password in the place of auth itself is never shown', () => {
  assert.doesNotMatch(problemsOfAccount({ auth: 'hunter2' }), /hunter2/);
  assert.doesNotMatch(problemsOfAccount({ auth: ['hunter2'] }), /hunter2/);
});

test('clear text needs to be asked for twice, and an id is given once', () => {
  assert.match(problemsOfAccount({ tls: 'none' }), /accounts\[0\]\.tls: .*needs insecure: true, got "none"/);
  const twice = problemsOf({ archive: 'mail', accounts: [ACCOUNT, ACCOUNT] });
  assert.match(twice, /accounts\[1\]\.id: every account needs an id of its own, got "a"/);
});

test('a file that is no configuration at all is told so', () => {
  assert.match(problemsOf(''), /the file: /);
  assert.match(problemsOf('just text'), /the file: /);
  assert.match(problemsOf({ archive: 'mail', accounts: [] }), /accounts: expected at least one account/);
});

test('YAML that cannot be read is told with its line', () => {
  const problems = problemsOf('archive: mail\naccounts:\n  - id: a\n host: [\n');
  assert.match(problems, /line \d+/);
  assert.match(problemsOf('archive: a\narchive: b\n'), /unique/i);
});

test('a file that cannot be read is CONFIG_UNREADABLE, one that can is loaded', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mailferry.yaml');
  assert.throws(() => loadConfig(path), { code: 'CONFIG_UNREADABLE', scope: 'config' });
  await writeFile(path, EXAMPLE_CONFIG);
  assert.deepEqual(loadConfig(path).archive, { kind: 'folder', path: join(folder.path, 'mail') });
});

const OPTION = /^( *)# ( *)([a-z]\w*):(?= |$)/;

/** The example with the options of these names, and no other, put into force. */
function exampleWith(...names: readonly string[]): string {
  const lines = EXAMPLE_CONFIG.split('\n');
  const chosen = (line: string): boolean => names.includes(OPTION.exec(line)?.[3] ?? '');
  return lines.map((line) => (chosen(line) ? line.replace('# ', '') : line)).join('\n');
}

test('the example of init is a configuration, as it is and with each of its options put into force', () => {
  const asIs = parseConfig(EXAMPLE_CONFIG, PATH);
  assert.equal(asIs.accounts[0]?.id, 'billing');
  const found = EXAMPLE_CONFIG.split('\n').map((line) => OPTION.exec(line));
  const options = found.flatMap((match) =>
    match ? [{ name: match[3] ?? '', isLimit: match[2] !== '' }] : [],
  );
  assert.equal(options.length, 14, 'options were added to the example or taken out: is each one tried?');
  for (const { name, isLimit } of options) {
    if (name === 'limits') continue;
    const text = isLimit ? exampleWith('limits', name) : exampleWith(name);
    assert.notEqual(text, EXAMPLE_CONFIG);
    parseConfig(text, PATH);
  }
  parseConfig(exampleWith(...options.map(({ name }) => name)), PATH);
});
