// Two processes at once on one account and one archive, or one right after another was killed: every message once, nothing
// fetched twice by two who could know better, and a dead process keeps nobody out.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertBalanced, assertHoldsMailbox, assertNothingNew } from '../support/agreement.ts';
import { assertFinished, readArchive, storedDigests } from '../support/archive-snapshot.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { startCommandProxy } from '../support/command-proxy.ts';
import { assertSettled, openDeletingPlace } from '../support/deleting-place.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot } from '../support/dovecot.ts';
import { runImport, runImportOfOne, writeConfig, type ImportResult } from '../support/import-run.ts';
import { startLoadedServer, type LoadedServer } from '../support/loaded-server.ts';
import { assertAllDeleted } from '../support/nothing-lost.ts';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { procSkip } from '../support/process-facts.ts';
import { readWithPython } from '../support/second-opinion.ts';
import { sentCommands, untilSent } from '../support/sent-commands.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MESSAGES = 40;
/** What the one that has to give way may say. */
const GIVING_WAY = ['LEASE_HELD', 'POP3_MAILDROP_BUSY'];
const timeout = 120_000;

void test(
  'two imports at once from a Dovecot that locks the maildrop: every message once, nobody fails for another reason',
  { skip: dovecotSkip(), timeout },
  async () => {
    await using folder = await temporaryFolder();
    const messages = Array.from({ length: MESSAGES }, (_, index) => ({
      name: `${index}`,
      bytes: mailWithAttachments(index),
    }));
    await using dovecot = await startDovecot({ messages, tls: 'no', lockSessions: true });
    const mailbox = await readWithPython(dovecot);
    const account = { port: dovecot.port, user: dovecot.user, onServer: 'delete' } as const;
    const options = { configFile: await writeConfig(folder.path, account), password: dovecot.password };
    const results = await Promise.all([runImport(options), runImport(options)]);
    assertGaveWay(results);
    assert.equal(sum(results, 'stored'), MESSAGES);
    const retrieved = (await dovecot.sessions()).slice(1).map((session) => session.retrieved);
    assert.equal(
      retrieved.reduce((total, count) => total + count, 0),
      MESSAGES,
      'a message was fetched twice',
    );
    const after = await runImportOfOne(options);
    assert.equal(after.exitCode, 0, JSON.stringify(after.run));
    assertNothingNew(after.run.counts, 0);
    const archive = await readArchive(join(folder.path, 'mail'));
    assertFinished(archive);
    assertHoldsMailbox(archive, mailbox);
    assertAllDeleted(join(folder.path, 'mail'), mailbox);
  },
);

void test(
  'two imports at once from a server that locks nothing: the lease lets one of them work',
  { timeout },
  async () => {
    await using place = await startPlace(SLOWER_THAN_A_START_MS);
    const first = place.start();
    await untilSent(place.server, 'RETR', 1);
    const second = await place.run();
    assert.equal(first.isAlive(), true, 'the first had ended before the second: nothing was tested');
    assert.equal(second.exitCode, 1, JSON.stringify(second.run));
    assert.deepEqual(
      second.run.errors.map(({ code }) => code),
      ['LEASE_HELD'],
    );
    assertBalanced(second.run.counts);
    assert.equal(second.run.counts.stored + second.run.counts.duplicate, 0);
    const { exitCode, stdout } = await first.result;
    assert.equal(exitCode, 0, stdout);
    await assertEachOnce(place);
  },
);

void test(
  'three imports started in the same moment: every message once, and a good run afterwards finds nothing',
  { timeout },
  async () => {
    await using place = await startPlace();
    const results = await Promise.all([place.run(), place.run(), place.run()]);
    assertGaveWay(results);
    assert.equal(sum(results, 'stored'), MESSAGES);
    await assertFinishedAndDeleted(place);
  },
);

void test(
  'an import that listed the mailbox before another one emptied it lists again',
  { skip: dovecotSkip(), timeout },
  async () => {
    await using place = await openDeletingPlace();
    const go = Promise.withResolvers<void>();
    await using proxy = await startCommandProxy({
      port: place.dovecot.port,
      heldUntil: { LIST: go.promise },
    });
    const slow = runImportOfOne(await place.through(proxy.port));
    await proxy.next('LIST');
    const fast = await runImportOfOne(await place.through(place.dovecot.port));
    assert.equal(fast.exitCode, 0, JSON.stringify(fast.run));
    go.resolve();
    const { exitCode, run } = await slow;
    assert.equal(exitCode, 0, JSON.stringify(run));
    assert.equal(run.counts.listed, 0, 'it lists again once it has the lease');
    await assertSettled(place);
  },
);

void test(
  'an import right after a kill -9 takes the lease over at once and completes',
  { skip: procSkip(), timeout },
  async () => {
    await using place = await startPlace();
    for (const retrieved of [1, 10, 20]) {
      const running = place.start();
      await untilSent(place.server, 'RETR', retrieved);
      running.killHard();
      assert.equal((await running.result).signal, 'SIGKILL');
    }
    const { exitCode, run } = await place.run();
    assert.equal(exitCode, 0, JSON.stringify(run));
    assertBalanced(run.counts);
    assert.ok(run.counts.known > 0 && run.counts.stored > 0, JSON.stringify(run.counts));
    await assertFinishedAndDeleted(place);
  },
);

void test(
  'the lease of a process that stands still is respected, and it goes on when it wakes',
  { skip: procSkip(), timeout },
  async () => {
    await using place = await startPlace();
    const sleeper = place.start();
    await untilSent(place.server, 'RETR', 5);
    await stopOutsideOfACommit(sleeper.pid, place.archive);
    try {
      const second = await place.run();
      assert.equal(second.exitCode, 1, JSON.stringify(second.run));
      assert.deepEqual(
        second.run.errors.map(({ code }) => code),
        ['LEASE_HELD'],
      );
    } finally {
      process.kill(sleeper.pid, 'SIGCONT');
    }
    const { exitCode, stdout } = await sleeper.result;
    assert.equal(exitCode, 0, stdout);
    await assertEachOnce(place);
  },
);

/** In the middle of one it would hold the lock of the ledger: the others would not get as far as to its lease. */
async function stopOutsideOfACommit(pid: number, archive: string): Promise<void> {
  using ledger = new DatabaseSync(join(archive, 'ledger.db'));
  for (;;) {
    process.kill(pid, 'SIGSTOP');
    try {
      ledger.exec('BEGIN IMMEDIATE; ROLLBACK');
      return;
    } catch (error) {
      assert.match(String(error), /database is locked/);
      process.kill(pid, 'SIGCONT');
      await sleep(10);
    }
  }
}

/** All messages together take longer than another process needs to start, on a machine with other work to do too. */
const SLOWER_THAN_A_START_MS = 150;

function startPlace(retrieveMs = 25): Promise<LoadedServer> {
  return startLoadedServer({
    maildrop: maildropOf(Array.from({ length: MESSAGES }, (_, index) => plainMail(index))),
    account: { onServer: 'delete' },
    faults: { delaysMs: { RETR: retrieveMs } },
  });
}

/** One at least did its work; the others did theirs, or say in one word why not. */
function assertGaveWay(results: readonly ImportResult[]): void {
  const runs = results.flatMap(({ runs }) => runs);
  assert.equal(runs.length, results.length);
  for (const run of runs) assertBalanced(run.counts);
  const reasons = runs.flatMap(({ errors }) => errors.map(({ code }) => code));
  assert.deepEqual(
    reasons.filter((code) => !GIVING_WAY.includes(code)),
    [],
    JSON.stringify(runs),
  );
  for (const { exitCode, runs } of results)
    assert.equal(exitCode, runs.every(({ outcome }) => outcome === 'complete') ? 0 : 1);
  assert.ok(results.some(({ exitCode }) => exitCode === 0));
}

function sum(results: readonly ImportResult[], state: 'stored' | 'duplicate'): number {
  return results.flatMap(({ runs }) => runs).reduce((total, { counts }) => total + counts[state], 0);
}

async function assertEachOnce(place: LoadedServer): Promise<void> {
  assert.equal(sentCommands(place.server, 'RETR').length, MESSAGES, 'a message was fetched twice');
  await assertFinishedAndDeleted(place);
}

async function assertFinishedAndDeleted({
  run,
  server,
  archive: folder,
  mailbox,
}: LoadedServer): Promise<void> {
  const after = await run();
  assert.equal(after.exitCode, 0, JSON.stringify(after.run));
  assertNothingNew(after.run.counts, 0);
  assert.deepEqual(server.maildrop, []);
  const archive = await readArchive(folder);
  assertFinished(archive);
  assert.deepEqual(storedDigests(archive), mailbox.map(({ sha256 }) => sha256).sort());
  assertAllDeleted(folder, mailbox);
}
