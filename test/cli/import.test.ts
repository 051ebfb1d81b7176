// The built command line against a server on this machine: what a run counts, what it leaves, how it ends.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNothingNew } from '../support/agreement.ts';
import { assertFinished } from '../support/archive-snapshot.ts';
import { runCli } from '../support/cli.ts';
import type { ReportedRun } from '../support/import-run.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { assertCounts, mail, mails, openMailbox } from './mailbox.ts';

const options = { timeout: 60_000 };

test('everything is stored once, and the second run stores nothing', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const first = await mailbox.run();
  assert.equal(first.exitCode, 0);
  assertCounts(first.run, { listed: 3, stored: 3 });
  const archive = await mailbox.archive();
  assertFinished(archive);
  const second = await mailbox.run();
  assert.equal(second.exitCode, 0);
  assertNothingNew(second.run.counts, 3);
  assert.deepEqual((await mailbox.archive()).raw, archive.raw);
  assert.equal(mailbox.server.sessions[1]?.retrieved, 0);
});

test('a dry run fetches nothing and writes no object', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const dry = await mailbox.run('--dry-run');
  assert.equal(dry.exitCode, 0);
  assertCounts(dry.run, { listed: 3, deferred: 3 });
  assert.equal(mailbox.server.sessions[0]?.retrieved, 0);
  const archive = await mailbox.archive();
  assert.deepEqual([archive.raw.size, archive.parsed.size, archive.temporary.length], [0, 0, 0]);
  assertCounts((await mailbox.run()).run, { listed: 3, stored: 3 });
});

test('--max-messages defers the rest to the next run', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)));
  const first = await mailbox.run('--max-messages', '2');
  assert.equal(first.exitCode, 0);
  assertCounts(first.run, { listed: 3, stored: 2, deferred: 1 });
  assertCounts((await mailbox.run('--max-messages', '2')).run, { listed: 3, known: 2, stored: 1 });
});

test('a message the server refuses is counted as failed, and the rest are stored', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(3)), { refuseRetr: [2] });
  const first = await mailbox.run();
  assert.equal(first.exitCode, 1);
  assert.equal(first.run.outcome, 'partial');
  assertCounts(first.run, { listed: 3, stored: 2, failed: 1 });
  assert.equal(first.run.errors.length, 1);
  assertFinished(await mailbox.archive());
  mailbox.server.faults = {};
  const second = await mailbox.run();
  assert.equal(second.exitCode, 0);
  assertCounts(second.run, { listed: 3, known: 2, stored: 1 });
});

for (const [what, uidl] of [
  ['one UIDL', 'same'],
  ['empty UIDLs', ''],
] as const) {
  test(`messages with ${what} are all stored, and are duplicates in the next run`, options, async () => {
    await using mailbox = await openMailbox(mails(3).map((content) => ({ uidl, content })));
    const first = await mailbox.run();
    assert.equal(first.exitCode, 0, first.stderr);
    assertCounts(first.run, { listed: 3, stored: 3 });
    const second = await mailbox.run();
    assert.equal(second.exitCode, 0);
    assertCounts(second.run, { listed: 3, duplicate: 3 });
    const archive = await mailbox.archive();
    assertFinished(archive);
    assert.equal(archive.raw.size, 3);
  });
}

test('a message over the size limit is skipped without being fetched', options, async () => {
  const maildrop = maildropOf([mail(1), mail(2, 5000), mail(3)]);
  await using mailbox = await openMailbox(maildrop, {}, { limits: { messageBytes: '1KB' } });
  for (const expected of [
    { listed: 3, stored: 2, skipped: 1 },
    { listed: 3, known: 2, skipped: 1 },
  ]) {
    const { exitCode, run } = await mailbox.run();
    assert.equal(exitCode, 0);
    assertCounts(run, expected);
  }
  assert.equal(mailbox.server.sessions[0]?.retrieved, 2);
  assertFinished(await mailbox.archive());
});

test('a message larger than LIST said is cut off and skipped, and the rest go on', options, async () => {
  const maildrop = maildropOf([mail(1), mail(2, 50_000), mail(3)]);
  const limits = { messageBytes: '1KB' };
  await using mailbox = await openMailbox(maildrop, { listSizes: { 2: 100 } }, { limits });
  const first = await mailbox.run();
  assert.equal(first.exitCode, 0);
  assert.deepEqual(first.run.errors, []);
  assertCounts(first.run, { listed: 3, stored: 2, skipped: 1 });
  const second = await mailbox.run();
  assert.equal(second.exitCode, 0);
  assertCounts(second.run, { listed: 3, known: 2, skipped: 1 });
  assert.equal(mailbox.server.sessions.at(-1)?.retrieved, 0);
  const archive = await mailbox.archive();
  assertFinished(archive);
  assert.equal(archive.raw.size, 2);
});

test(
  'SIGINT ends the run after the message under way, with QUIT and the rest deferred',
  options,
  async () => {
    await using mailbox = await openMailbox(maildropOf(mails(20)), { delaysMs: { RETR: 150 } });
    const { server } = mailbox;
    const cli = mailbox.start();
    while ((server.sessions[0]?.retrieved ?? 0) < 2 && cli.isAlive()) await sleep(10);
    process.kill(cli.pid, 'SIGINT');
    const { exitCode, signal, stdout } = await cli.result;
    assert.deepEqual([exitCode, signal], [1, null]);
    const [run] = (JSON.parse(stdout) as { runs: ReportedRun[] }).runs;
    assert.ok(run);
    assert.equal(run.outcome, 'stopped');
    assert.equal(run.errors[0]?.code, 'INTERRUPTED');
    const { stored } = run.counts;
    assert.ok(stored >= 2 && stored < 20, `${stored} stored`);
    assertCounts(run, { listed: 20, stored, deferred: 20 - stored });
    assert.equal(server.sessions[0]?.commands.at(-1), 'QUIT');
    const archive = await mailbox.archive();
    assertFinished(archive);
    assert.equal(archive.raw.size, stored);
    server.faults = {};
    assertCounts((await mailbox.run()).run, { listed: 20, known: stored, stored: 20 - stored });
  },
);

test('an unknown account is a usage error that names the known ones', options, async () => {
  await using mailbox = await openMailbox([]);
  const { exitCode, stderr } = await mailbox.cli('import', 'nobody');
  assert.equal(exitCode, 2);
  assert.match(stderr, /ACCOUNT_UNKNOWN.*"nobody".*test/);
  assert.equal(mailbox.server.sessions.length, 0);
});

test('wrong flags and configurations are usage errors, and start nothing', options, async () => {
  await using mailbox = await openMailbox(maildropOf(mails(1)));
  const config = ['--config', mailbox.configFile];
  for (const args of [
    ['import', '--no-such-flag', ...config],
    ['import', '--max-messages', '0', ...config],
    ['import', '--max-messages', '1.5', ...config],
    ['import', '--config', `${mailbox.configFile}.absent`],
    ['no-such-command'],
  ]) {
    const { exitCode, stdout, stderr } = await runCli(args);
    assert.equal(exitCode, 2, `${args.join(' ')}\n${stderr}`);
    assert.equal(stdout, '');
    assert.notEqual(stderr, '');
  }
  assert.equal(mailbox.server.sessions.length, 0);
});

test('init writes a configuration, and never over one', options, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mailferry.yaml');
  assert.equal((await runCli(['init', '--config', path])).exitCode, 0);
  assert.match(await readFile(path, 'utf8'), /^archive: /m);
  await writeFile(path, 'mine');
  const again = await runCli(['init', '--config', path]);
  assert.equal(again.exitCode, 2);
  assert.match(again.stderr, /CONFIG_EXISTS/);
  assert.equal(await readFile(path, 'utf8'), 'mine');
});
