// `mailferry doctor`: the built command line says what a server can do, for a person and for a program, and writes a trace.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { CHECK_NAMES } from '../../lib/doctor/check.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mails, openMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

const reportSchema = z.strictObject({
  good: z.boolean(),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      host: z.string(),
      port: z.int(),
      good: z.boolean(),
      examined: z.boolean(),
      remark: z.string().nullable(),
      checks: z.array(
        z.strictObject({
          name: z.enum(CHECK_NAMES),
          verdict: z.enum(['ok', 'note', 'problem', 'not-tried']),
          finding: z.string(),
          recommendation: z.string().optional(),
          setting: z.string().optional(),
        }),
      ),
      settings: z.array(z.strictObject({ yaml: z.string(), why: z.string(), isOptional: z.boolean() })),
      facts: z.looseObject({ greeting: z.string().nullable() }).nullable(),
    }),
  ),
});

type Examined = z.infer<typeof reportSchema>['accounts'][number];

async function examine(mailbox: Mailbox, ...args: readonly string[]): Promise<Examined> {
  const { exitCode, stdout, stderr } = await mailbox.cli('doctor', '--json', ...args);
  assert.equal(stderr, '');
  const { good, accounts } = reportSchema.parse(JSON.parse(stdout));
  assert.equal(exitCode, good ? 0 : 1);
  const [examined, ...others] = accounts;
  assert.ok(examined && others.length === 0);
  return examined;
}

test(
  'a table for a person says what was found and what to set, and leaves nothing behind',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(3)), { hideCapabilities: ['PIPELINING'] });
    const { exitCode, stdout, stderr } = await mailbox.cli('doctor');
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^test at 127\.0\.0\.1:\d+: 2 notes$/m);
    assert.match(stdout, /^ {2}ok +uidl +each of 3 messages has one of its own$/m);
    assert.match(stdout, /^ {2}not tried +pin +there is no TLS$/m);
    assert.match(stdout, /^ {2}settings for this account:\n {4}# .*\n {4}pipelining: always$/m);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100));
    assert.equal(existsSync(mailbox.archiveFolder), false, 'the archive was made');
    assert.equal(mailbox.server.maildrop.length, 3);
  },
);

test('a program gets every check, the settings, and what the server said', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const { good, examined, checks, facts } = await examine(mailbox);
  assert.deepEqual([good, examined, facts?.greeting], [true, true, 'test server ready']);
  assert.deepEqual(
    checks.map(({ name }) => name),
    CHECK_NAMES,
  );
  mailbox.server.faults = { login: '-ERR [AUTH] no' };
  const refused = await examine(mailbox, '--no-retrieve');
  assert.deepEqual([refused.good, refused.examined], [false, true]);
});

test('while a run is at work nobody connects, unless it is forced', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const held = Promise.withResolvers<void>();
  mailbox.server.faults = { heldUntil: { RETR: held.promise } };
  const running = mailbox.start();
  try {
    while (mailbox.server.sessions[0]?.commands.some((line) => line.startsWith('RETR')) !== true) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { examined, remark } = await examine(mailbox);
    assert.equal(examined, false);
    assert.match(remark ?? '', /^process \d+ on .* works on this account.*--force/);
    assert.equal(mailbox.server.sessions.length, 1);
    assert.equal((await examine(mailbox, '--force', '--no-retrieve')).examined, true);
  } finally {
    held.resolve();
    await running.result;
  }
});

test('it ends when its time is over, whatever the server does', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)), { hangOn: 'STAT' });
  const { checks } = await examine(mailbox, '--time', '2s');
  assert.match(checks.find(({ name }) => name === 'maildrop')?.finding ?? '', /^TIME_UP/);
});

test(
  'doctor, import and audit write what was said into a new file of their own, without the password',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(3)));
    const commands = { doctor: ['doctor'], import: ['import'], audit: ['audit', '--server'] };
    for (const [name, args] of Object.entries(commands)) {
      const path = join(mailbox.folder, `${name}.trace`);
      const { exitCode } = await mailbox.cli(...args, '--trace', path);
      assert.equal(exitCode, 0, name);
      const trace = await readFile(path, 'utf8');
      assert.match(trace, /^# session 1, \d{4}-.*: account test at 127\.0\.0\.1:\d+, tls none$/m);
      assert.match(trace, /^\d\d:\d\d:\d\d\.\d{3} C: USER \*\*\*\n.*\n.* C: PASS \*\*\*$/m);
      assert.match(trace, /^\d\d:\d\d:\d\d\.\d{3} S: 1 [0-9a-f]{16}$/m);
      assert.doesNotMatch(trace, /correct horse|Y29ycmVjdCBob3Jz|ann\b|Subject/);
      assert.equal((await lstat(path)).mode & 0o777, 0o600);
      const again = await mailbox.cli(...args, '--trace', path);
      assert.equal(again.exitCode, 2);
      assert.match(again.stderr, /CONFIG_EXISTS: the trace .* is there already/);
      assert.equal(await readFile(path, 'utf8'), trace);
    }
    assert.match(await readFile(join(mailbox.folder, 'import.trace'), 'utf8'), /S: <\d+ octets>\n/);
  },
);

test('a trace that cannot be begun is told before anything is done', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const { exitCode, stderr } = await mailbox.cli('import', '--trace', join(mailbox.folder, 'none', 'trace'));
  assert.deepEqual([exitCode, mailbox.server.sessions.length], [2, 0]);
  assert.match(stderr, /CONFIG_UNREADABLE: cannot write the trace/);
});

test('a command that is killed leaves behind what was said until then', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)), { hangOn: 'RETR' });
  const path = join(mailbox.folder, 'killed.trace');
  const running = mailbox.start('--trace', path);
  try {
    while (!(await readFile(path, 'utf8').catch(() => '')).includes('C: RETR 1\n')) {
      assert.ok(running.isAlive(), 'it ended before');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    running.killHard();
    await running.result.catch(() => undefined);
  }
  assert.match(await readFile(path, 'utf8'), /C: RETR 1\n$/);
});
