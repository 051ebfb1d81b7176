// `mailferry status`: how accounts are doing, read from the ledger alone.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { AccountId } from '../../lib/core/account.ts';
import { runCli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { writeConfig } from '../support/import-run.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { unprivilegedIdentity, unprivilegedSkip } from '../support/unprivileged.ts';
import { mail, mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };
const ACCOUNT = 'test' as AccountId;
const HOUR_MS = 3_600_000;

const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const statusSchema = z.strictObject({
  account: z.string(),
  state: z.enum(['never-ran', 'never-succeeded', 'stale', 'quarantine', 'failing', 'partial', 'ok']),
  stale: z.boolean(),
  lastSuccess: time.nullable(),
  backlog: z.int(),
  failures: z.int(),
  lastError: z.object({ code: z.string(), message: z.string(), at: time }).nullable(),
  nextAttempt: time.nullable(),
  heldBy: z.strictObject({ owner: z.string(), until: time }).nullable(),
  failed: z.int(),
  quarantined: z.int(),
  messages: z.array(z.looseObject({ state: z.string(), uidl: z.string(), attempts: z.int() })).optional(),
});
const reportSchema = z.strictObject({ healthy: z.boolean(), accounts: z.array(statusSchema) });

type Status = z.infer<typeof statusSchema>;

/** Of the one account; the exit code says the same as the report. */
async function statusOf(mailbox: Mailbox, ...args: readonly string[]): Promise<Status> {
  const { exitCode, stdout, stderr } = await mailbox.cli('status', '--json', ...args);
  assert.equal(stderr, '');
  const { healthy, accounts } = reportSchema.parse(JSON.parse(stdout));
  assert.equal(exitCode, healthy ? 0 : 1);
  assert.ok(accounts[0] && accounts.length === 1);
  return accounts[0];
}

test('before the first run an account has never run, and nothing is made', options, async () => {
  await using mailbox = await openMailbox([]);
  const status = await statusOf(mailbox);
  assert.deepEqual([status.state, status.stale, status.lastSuccess], ['never-ran', true, null]);
  assert.equal(existsSync(mailbox.archiveFolder), false);
  assert.match((await mailbox.cli('status')).stdout, /^test +never ran +none +0 +0 +0$/m);
});

test(
  'after a good run all is well, without the server and without a change to the ledger',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(3)));
    await mailbox.run('--max-messages', '2');
    const sessions = mailbox.server.sessions.length;
    const ledger = join(mailbox.archiveFolder, 'ledger.db');
    const before = await readFile(ledger);
    const status = await statusOf(mailbox);
    assert.deepEqual([status.state, status.stale, status.backlog, status.failures], ['ok', false, 1, 0]);
    assert.ok(Date.now() - Date.parse(status.lastSuccess ?? '') < 60_000);
    assert.match(
      (await mailbox.cli('status')).stdout,
      /^test +ok +20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ \(\d+ s ago\) +1 +0 +0$/m,
    );
    assert.deepEqual(await readFile(ledger), before);
    assert.equal(mailbox.server.sessions.length, sessions);
  },
);

test('an account without success for too long is stale', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  await mailbox.run();
  const progress = await mailbox.run().then(async () => {
    using file = mailbox.ledger();
    return (await file.ledger.state(ACCOUNT)).progress;
  });
  assert.ok(progress);
  {
    using file = mailbox.ledger();
    const lastSuccessAt = Date.now() - 4 * HOUR_MS;
    await file.ledger.saveProgress(ACCOUNT, { ...progress, lastSuccessAt }, undefined);
  }
  assert.equal((await statusOf(mailbox)).state, 'ok');
  assert.equal((await statusOf(mailbox, '--stale-after', '4h')).state, 'ok');
  const stale = await statusOf(mailbox, '--stale-after', '2h');
  assert.deepEqual([stale.state, stale.stale], ['stale', true]);
  assert.match((await mailbox.cli('status', '--stale-after', '2h')).stdout, /^test +stale .*\(4 h ago\)/m);
});

test('failing runs are counted, with the last error and when the next attempt may be', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  await mailbox.run();
  mailbox.server.faults = { login: '-ERR [AUTH] no such user' };
  await mailbox.run();
  await mailbox.run();
  const status = await statusOf(mailbox);
  assert.deepEqual(
    [status.state, status.failures, status.lastError?.code],
    ['failing', 2, 'POP3_AUTH_FAILED'],
  );
  assert.ok(Date.parse(status.nextAttempt ?? '') > Date.now());
  const { exitCode, stdout } = await mailbox.cli('status');
  assert.equal(exitCode, 0);
  assert.match(stdout, /failed in 2 runs in a row/);
  assert.match(stdout, /next attempt not before 20.*Z \(in \d+ \w+\)/);
  assert.match(stdout, /last error 20.*Z \(\d+ s ago\): POP3_AUTH_FAILED: /);
});

test('a run that could not fetch every message is told, and is no reason for alarm', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)), { refuseRetr: [2] });
  await mailbox.run();
  const status = await statusOf(mailbox);
  assert.deepEqual([status.state, status.failed, status.failures], ['partial', 1, 0]);
  assert.equal(status.lastError?.code, 'POP3_COMMAND_REFUSED');
});

test('an account that never succeeded is told so', options, async () => {
  await using mailbox = await openMailbox([], { login: '-ERR [AUTH] no' });
  await mailbox.run();
  const status = await statusOf(mailbox);
  assert.deepEqual([status.state, status.lastSuccess, status.failures], ['never-succeeded', null, 1]);
});

test(
  'quarantined and failed messages are counted, and named with --verbose as retry takes them',
  options,
  async () => {
    const odd = 'odd \xff\\ one';
    const maildrop = [...maildropOf(mails(2)), { uidl: odd, content: mail(9) }];
    await using mailbox = await openMailbox(maildrop, { refuseRetrOf: [odd] });
    for (let run = 0; run < 3; run += 1) await mailbox.run();
    const refused = maildrop[0]?.uidl ?? '';
    {
      using file = mailbox.ledger();
      file.database.prepare('DELETE FROM message WHERE uidl = ?').run(Buffer.from(refused));
    }
    mailbox.server.faults = { refuseRetrOf: [refused] };
    await mailbox.run();
    const status = await statusOf(mailbox, '--verbose');
    assert.deepEqual([status.state, status.quarantined, status.failed], ['quarantine', 1, 1]);
    assert.deepEqual(
      status.messages?.map(({ state, uidl, attempts }) => [state, uidl, attempts]),
      [
        ['quarantined', 'odd\\x20\\xff\\x5c\\x20one', 3],
        ['failed', refused, 1],
      ],
    );
    assert.equal((await statusOf(mailbox)).messages, undefined);
    const { exitCode, stdout } = await mailbox.cli('status', '--verbose');
    assert.equal(exitCode, 1);
    assert.match(stdout, /1 message in quarantine: mailferry retry/);
    assert.match(
      stdout,
      /quarantined {2}odd\\x20\\xff\\x5c\\x20one {2}3 attempts, last 20.*: POP3_COMMAND_REFUSED$/m,
    );
  },
);

test('only the accounts named are told, and a wrong one is a usage error', options, async () => {
  await using mailbox = await openMailbox([]);
  const at = { port: mailbox.server.port, user: 'ann' };
  await writeConfig(mailbox.folder, { ...at, id: 'one' }, { ...at, id: 'two' });
  assert.deepEqual((await statusOf(mailbox, 'two')).account, 'two');
  assert.equal((await mailbox.cli('status', 'three')).exitCode, 2);
  assert.equal((await mailbox.cli('status', '--stale-after', 'long')).exitCode, 2);
});

test('a ledger that cannot be read is an error, not a clean bill', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  await mailbox.run();
  {
    using file = mailbox.ledger();
    file.database.exec('PRAGMA user_version = 99');
  }
  const { exitCode, stdout, stderr } = await mailbox.cli('status');
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(stderr, /LEDGER_FAILED: .*version/);
});

test(
  'somebody who may read the ledger and nothing else is told what it says, and leaves nothing behind',
  { ...options, skip: unprivilegedSkip() },
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(2)));
    await mailbox.run();
    const identity = unprivilegedIdentity();
    await chmod(mailbox.archiveFolder, 0o555);
    try {
      const runAsOther = async (command: string): Promise<CliResult> =>
        await runCli([command, '--config', mailbox.configFile], { identity });
      const status = await runAsOther('status');
      assert.equal(status.exitCode, 0, status.stderr);
      const audit = await runAsOther('audit');
      assert.equal(audit.exitCode, 1, audit.stderr);
      assert.match(audit.stdout, /DAMAGE object-unreadable \(2\): .*\n +check the rights/);
    } finally {
      await chmod(mailbox.archiveFolder, 0o755);
    }
    const names = await readdir(mailbox.archiveFolder);
    assert.deepEqual(
      names.filter((name) => name.startsWith('ledger')),
      ['ledger.db'],
    );
  },
);
