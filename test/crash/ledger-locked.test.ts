// Another program holds the ledger for longer than anybody waits: LEDGER_FAILED, nothing lost, nothing deleted that is not
// stored; once the file is free again, one run completes.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertBalanced } from '../support/agreement.ts';
import { assertFinished, assertUndamaged, readArchive } from '../support/archive-snapshot.ts';
import type { RunningCli } from '../support/cli.ts';
import { lockExclusively, type ExclusiveLock } from '../support/exclusive-lock.ts';
import { startLoadedServer, type LoadedServer } from '../support/loaded-server.ts';
import { assertAllDeleted, assertNothingLost, mailboxOf } from '../support/nothing-lost.ts';
import { plainMail } from '../support/odd-mail.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { sentCommands, untilSent } from '../support/sent-commands.ts';

const MESSAGES = 30;
const PATIENCE_MS = 30_000;
/** Slow enough to be told to wait in time. */
const SLOW = { delaysMs: { RETR: 40, DELE: 40 } };
/** Every test waits for time-outs, ten seconds each, and for little else: all of them at once. */
const options = { concurrency: true, timeout: 180_000 };

void test('a ledger that another program holds', options, async (t) => {
  await Promise.all([
    t.test('before the import starts: LEDGER_FAILED, the server never hears of it', async () => {
      await using place = await openPlace();
      await using lock = await lockLedger(place);
      const sessions = place.server.sessions.length;
      const { exitCode, stdout, stderr } = await place.start().result;
      assert.equal(exitCode, 1, stdout + stderr);
      assert.match(stdout + stderr, /LEDGER_FAILED/);
      assert.equal(place.server.sessions.length, sessions);
      await assertNothingDeleted(place);
      await lock.release();
      await assertCompletes(place);
    }),

    t.test('from the middle of the fetching on: LEDGER_FAILED, and nothing is deleted', async () => {
      await using place = await openPlace();
      const running = place.start();
      await using lock = await lockAt(place, 'RETR', MESSAGES / 2);
      await assertFails(running.result);
      await assertNothingDeleted(place);
      await lock.release();
      await assertCompletes(place);
    }),

    t.test(
      'from the middle of the deletions on: what the server deleted is settled by the next run',
      async () => {
        await using place = await openPlace();
        const running = place.start();
        await using lock = await lockAt(place, 'DELE', MESSAGES - 1);
        await assertFails(running.result);
        await lock.release();
        const archive = await readArchive(place.archive);
        assertUndamaged(archive);
        assertNothingLost(place.mailbox, mailboxOf(place.server.maildrop), archive);
        assert.deepEqual(place.server.maildrop, [], 'the lock was to come between the first DELE and QUIT');
        const retrieved = sentCommands(place.server, 'RETR').length;
        await assertCompletes(place);
        assert.equal(sentCommands(place.server, 'RETR').length, retrieved, 'a message was fetched twice');
      },
    ),
  ]);
});

/** With a ledger that is there already, from a run that found an empty mailbox. */
async function openPlace(): Promise<LoadedServer> {
  const place = await startLoadedServer({
    maildrop: letters(),
    account: { onServer: 'delete' },
    faults: SLOW,
  });
  try {
    const maildrop = place.server.maildrop.splice(0);
    const { exitCode, run } = await place.run();
    assert.equal(exitCode, 0, JSON.stringify(run));
    place.server.maildrop.push(...maildrop);
    return place;
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

function letters(): ReturnType<typeof maildropOf> {
  return maildropOf(Array.from({ length: MESSAGES }, (_, index) => plainMail(index)));
}

/**
 * Locked when the server has got so many commands of this verb, before it answers the last of them. By then the documents
 * of all messages stored so far are written, so that the import itself is the first to find the ledger locked.
 */
async function lockAt(place: LoadedServer, verb: 'RETR' | 'DELE', times: number): Promise<ExclusiveLock> {
  const { server, archive } = place;
  const go = Promise.withResolvers<void>();
  try {
    await untilSent(server, verb, times - 1);
    server.faults = { heldUntil: { [verb]: go.promise } };
    await untilSent(server, verb, times);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { raw, parsed } = await readArchive(archive);
      if (raw.size > 0 && raw.size === parsed.size) break;
      assert.ok(Date.now() < deadline, `${parsed.size} of ${raw.size} messages are parsed`);
      await sleep(50);
    }
    return await lockLedger(place);
  } finally {
    server.faults = {};
    go.resolve();
  }
}

function lockLedger({ archive }: LoadedServer): Promise<ExclusiveLock> {
  return lockExclusively(join(archive, 'ledger.db'));
}

async function assertFails(result: RunningCli['result']): Promise<void> {
  const { exitCode, stdout, stderr } = await result;
  assert.equal(exitCode, 1, stdout + stderr);
  assert.match(stdout + stderr, /LEDGER_FAILED/);
}

async function assertNothingDeleted({ server, archive, mailbox }: LoadedServer): Promise<void> {
  assertUndamaged(await readArchive(archive));
  assert.deepEqual(mailboxOf(server.maildrop), mailbox);
}

async function assertCompletes({
  server,
  archive: folder,
  run: start,
  mailbox,
}: LoadedServer): Promise<void> {
  const { exitCode, run } = await start();
  assert.equal(exitCode, 0, JSON.stringify(run));
  assertBalanced(run.counts);
  assert.deepEqual(run.errors, []);
  const archive = await readArchive(folder);
  assertFinished(archive);
  assert.equal(archive.raw.size, MESSAGES);
  assertNothingLost(mailbox, [], archive);
  assert.deepEqual(server.maildrop, []);
  assertAllDeleted(folder, mailbox);
}
