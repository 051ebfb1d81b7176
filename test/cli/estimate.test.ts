// `mailferry estimate`: the built command line asks a server how much it has, fetches nothing, writes nothing, and says what AWS
// would charge for it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { ASSUMPTION_NAMES } from '../../lib/estimate/assumptions.ts';
import { runCli } from '../support/cli.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { mail, mails, openMailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

const bill = z.array(z.strictObject({ item: z.string(), quantity: z.number(), usd: z.number() }));
const part = z.strictObject({ usd: z.number(), bill });

const reportSchema = z.strictObject({
  pricesOf: z.string(),
  region: z.literal('us-east-1'),
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      messages: z.number().optional(),
      octets: z.number().optional(),
      skippedMessages: z.number().optional(),
      pollsPerMonth: z.number().optional(),
      isPipelined: z.boolean().optional(),
      deletes: z.boolean().optional(),
      failure: z.looseObject({ code: z.string() }).nullable(),
    }),
  ),
  firstImport: part.extend({ messages: z.number(), octets: z.number(), seconds: z.number() }),
  month: z.strictObject({
    mailboxes: z.number(),
    polls: z.number(),
    newMessages: z.number(),
    newOctets: z.number(),
    newMailSource: z.enum(['stated', 'measured', 'assumed']),
    usd: z.number(),
    standing: part,
    polling: part,
    newMail: part,
    storage: part,
  }),
  assumptions: z.array(
    z.strictObject({ name: z.string(), value: z.number(), isDefault: z.boolean(), why: z.string() }),
  ),
});

test('a server is asked how much it has and nothing else, and nothing is left behind', options, async () => {
  await using mailbox = await openMailbox(
    maildropOf([...mails(3), mail(4, 5000)]),
    {},
    {
      limits: { messageBytes: 1000 },
    },
  );
  const { exitCode, stdout, stderr } = await mailbox.cli('estimate', '--json', '--messages-per-month', '50');
  assert.deepEqual([exitCode, stderr], [0, '']);
  const report = reportSchema.parse(JSON.parse(stdout));
  const [account] = report.accounts;
  assert.ok(account?.failure === null);
  assert.deepEqual([account.messages, account.skippedMessages, account.isPipelined], [3, 1, true]);
  assert.equal(report.firstImport.messages, 3);
  assert.equal(report.firstImport.bill.find(({ item }) => item === 'S3 GET and HEAD')?.quantity, 3);
  assert.deepEqual([report.month.newMessages, report.month.newMailSource], [50, 'stated']);
  const sessions = mailbox.server.sessions.map(({ commands, retrieved, ending }) => ({
    asked: commands.filter((line) => /^(RETR|TOP|DELE|STAT|LIST|UIDL|QUIT)/i.test(line)),
    retrieved,
    ending,
  }));
  assert.deepEqual(
    sessions.map(({ asked }) => asked),
    [['STAT', 'LIST', 'QUIT']],
  );
  assert.equal(sessions[0]?.retrieved, 0);
  assert.equal(existsSync(mailbox.archiveFolder), false, 'an archive was made');
});

test('every assumption is named, and each can be another', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  const plain = await mailbox.cli('estimate');
  assert.equal(plain.exitCode, 0, plain.stderr);
  for (const name of ASSUMPTION_NAMES)
    assert.match(plain.stdout, new RegExp(`^  ${name} +[\\d.,]+  \\w`, 'm'));
  const longest = Math.max(...plain.stdout.split('\n').map((line) => line.length));
  assert.ok(longest <= 80, `a line has ${longest} columns`);
  const args = ASSUMPTION_NAMES.flatMap((name) => ['--assume', `${name}=7`]);
  const other = await mailbox.cli('estimate', '--json', ...args);
  const { assumptions } = reportSchema.parse(JSON.parse(other.stdout));
  assert.deepEqual(
    assumptions.map(({ name, value, isDefault }) => [name, value, isDefault]),
    ASSUMPTION_NAMES.map((name) => [name, 7, false]),
  );
});

test('a run of a moment ago tells nothing of how much mail comes in', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)));
  await mailbox.run();
  const { stdout } = await mailbox.cli('estimate', '--json');
  // The one run there is was a moment ago: it tells nothing yet.
  assert.equal(reportSchema.parse(JSON.parse(stdout)).month.newMailSource, 'assumed');
});

test('an account that cannot be asked is named, and the rest is estimated', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(2)), { login: '-ERR [AUTH] no' });
  const { exitCode, stdout } = await mailbox.cli('estimate');
  assert.equal(exitCode, 1);
  assert.match(stdout, /^test: NOT IN THE ESTIMATE\n {2}POP3_AUTH_FAILED: /m);
  assert.match(stdout, /^The first import: nothing is there$/m);
});

test('how much mail there is can be said, and then no configuration is needed', options, async () => {
  const args = ['--messages', '1000000', '--octets', '20GB', '--mailboxes', '100', '--every', '5m'];
  const { exitCode, stdout, stderr } = await runCli(['estimate', ...args, '--json']);
  assert.deepEqual([exitCode, stderr], [0, '']);
  const { accounts, firstImport, month } = reportSchema.parse(JSON.parse(stdout));
  assert.deepEqual([accounts, firstImport.messages, firstImport.octets], [[], 1_000_000, 20e9]);
  assert.deepEqual([month.mailboxes, month.polls], [100, 876_000]);
});

test('what cannot be is refused with what is allowed', options, async () => {
  const { exitCode, stderr } = await runCli(['estimate', '--assume', 'luck=1']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /there are: rttMs, /);
  const both = await runCli(['estimate', 'billing', '--messages', '5']);
  assert.deepEqual([both.exitCode, /an account was given with --messages/.test(both.stderr)], [2, true]);
  const half = await runCli(['estimate', '--octets', '5GB']);
  assert.deepEqual([half.exitCode, /--octets was given without --messages/.test(half.stderr)], [2, true]);
});
