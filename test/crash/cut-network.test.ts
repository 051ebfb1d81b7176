// The network breaks at any octet of a session: the run says so, goes on in another session where it can, and the next one
// completes the archive. A message is never blamed for a network that is gone.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertBalanced, assertHoldsMailbox, assertNothingNew } from '../support/agreement.ts';
import { assertFinished, assertUndamaged, readArchive } from '../support/archive-snapshot.ts';
import { mailWithAttachments } from '../support/attachment-mail.ts';
import { startCommandProxy } from '../support/command-proxy.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot, type RunningDovecot } from '../support/dovecot.ts';
import { COMMAND_BY_COMMAND, runImportOfOne, writeConfig, type ReportedRun } from '../support/import-run.ts';
import { readLedger } from '../support/ledger-file.ts';
import { readWithPython, type SecondOpinion } from '../support/second-opinion.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MESSAGES = 30;
const RANDOM_CUTS = process.env['MAILFERRY_LONG'] === '1' ? 60 : 6;

/** Octets of the server's last answer, the `+OK` to QUIT, that are surely its own. */
const LAST_ANSWER_OCTETS = 8;

void test(
  'an import whose every session is cut at some octet says POP3_CONNECTION_LOST, and the next run has every message once',
  { skip: dovecotSkip(), timeout: 60_000 + RANDOM_CUTS * 10_000 },
  async (t) => {
    const random = seededRandom();
    t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
    await using folder = await temporaryFolder();
    await using dovecot = await startLoadedDovecot();
    const mailbox = await readWithPython(dovecot);
    const sessionOctets = await measureSession(dovecot, join(folder.path, 'whole'));
    const early = [0, 1, 20, 200, 1_000];
    const anywhere = Array.from({ length: RANDOM_CUTS }, () =>
      Math.floor(random.between(1_000, sessionOctets - 1_000)),
    );
    for (const [index, cutAfterOctets] of [...early, ...anywhere].entries()) {
      const how = index % 2 === 0 ? 'close' : 'reset';
      await t.test(`cut after ${cutAfterOctets} of ${sessionOctets} octets (${how})`, async () => {
        const place = join(folder.path, String(index));
        const run = await importCut(dovecot, place, cutAfterOctets, how);
        assert.ok(run.counts.stored < MESSAGES);
        await assertCompletes(dovecot, place, mailbox);
      });
    }
  },
);

void test(
  'a network that is gone for good in the middle of a message costs no message an attempt, however often',
  { skip: dovecotSkip(), timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startLoadedDovecot();
    const mailbox = await readWithPython(dovecot);
    for (const known of [0, 4, 8, 12, 16]) {
      const cut = { verb: 'RETR', occurrence: 5, where: 3_000, forGood: true } as const;
      await using proxy = await startCommandProxy({ port: dovecot.port, cut });
      const configFile = await writeConfig(folder.path, {
        port: proxy.port,
        user: dovecot.user,
        ...COMMAND_BY_COMMAND,
      });
      const { exitCode, run } = await runImportOfOne({ configFile, password: dovecot.password });
      assert.deepEqual([exitCode, run.outcome], [1, 'stopped'], JSON.stringify(run));
      assert.deepEqual(codesOf(run), ['POP3_CONNECTION_LOST']);
      assertBalanced(run.counts);
      assert.deepEqual([run.counts.known, run.counts.stored, run.counts.failed], [known, 4, 1]);
      // Once more, and no more often.
      assert.equal(proxy.connections.length, 2);
    }
    const blamed = readLedger(join(folder.path, 'mail')).filter(({ state }) => state !== 'stored');
    assert.deepEqual(blamed, []);
    await assertCompletes(dovecot, folder.path, mailbox);
  },
);

void test(
  'a connection lost when everything is committed loses nothing and fetches nothing again',
  { skip: dovecotSkip(), timeout: 60_000 },
  async () => {
    await using folder = await temporaryFolder();
    await using dovecot = await startLoadedDovecot();
    const sessionOctets = await measureSession(dovecot, join(folder.path, 'whole'));
    await using proxy = await startCutProxy({
      port: dovecot.port,
      cutAfterOctets: sessionOctets - LAST_ANSWER_OCTETS,
    });
    const configFile = await writeConfig(folder.path, {
      port: proxy.port,
      user: dovecot.user,
      ...COMMAND_BY_COMMAND,
    });
    const { run } = await runImportOfOne({ configFile, password: dovecot.password });
    assert.equal(proxy.cuts(), 1);
    assert.equal(run.counts.stored, MESSAGES);
    assertBalanced(run.counts);
    const direct = await writeConfig(folder.path, {
      port: dovecot.port,
      user: dovecot.user,
      ...COMMAND_BY_COMMAND,
    });
    const next = await runImportOfOne({ configFile: direct, password: dovecot.password });
    assertNothingNew(next.run.counts, MESSAGES);
  },
);

function startLoadedDovecot(): Promise<RunningDovecot> {
  return startDovecot({
    messages: Array.from({ length: MESSAGES }, (_, index) => ({
      name: `attachments-${index}`,
      bytes: mailWithAttachments(index),
    })),
  });
}

/** How many octets the server sends in a whole session. */
async function measureSession(dovecot: RunningDovecot, place: string): Promise<number> {
  await using proxy = await startCutProxy({ port: dovecot.port, cutAfterOctets: Infinity });
  const configFile = await writeConfig(place, {
    port: proxy.port,
    user: dovecot.user,
    ...COMMAND_BY_COMMAND,
  });
  const { exitCode, run } = await runImportOfOne({ configFile, password: dovecot.password });
  assert.equal(exitCode, 0);
  assert.equal(run.counts.stored, MESSAGES);
  return proxy.passedOctets();
}

async function importCut(
  dovecot: RunningDovecot,
  place: string,
  cutAfterOctets: number,
  how: 'close' | 'reset',
): Promise<ReportedRun> {
  await using proxy = await startCutProxy({ port: dovecot.port, cutAfterOctets, how });
  const configFile = await writeConfig(place, {
    port: proxy.port,
    user: dovecot.user,
    ...COMMAND_BY_COMMAND,
  });
  const { exitCode, run } = await runImportOfOne({ configFile, password: dovecot.password });
  assert.ok(proxy.cuts() > 0, 'nothing was cut');
  assert.equal(exitCode, 1, JSON.stringify(run));
  assert.deepEqual(codesOf(run), ['POP3_CONNECTION_LOST']);
  assertBalanced(run.counts);
  assertWentOn(run, proxy.cuts());
  assertUndamaged(await readArchive(join(place, 'mail')));
  return run;
}

/** Every session that broke cost one message or ended the run, and none was followed by more than one other. */
function assertWentOn({ outcome, counts, notices }: ReportedRun, broken: number): void {
  const reconnected = notices.filter(({ code }) => code === 'RECONNECTED').length;
  assert.equal(counts.quarantined, 0);
  if (outcome === 'partial') assert.deepEqual([counts.failed, reconnected], [broken, broken]);
  else assert.deepEqual([outcome, reconnected < broken], ['stopped', true]);
}

function codesOf({ errors }: ReportedRun): string[] {
  return [...new Set(errors.map(({ code }) => code))];
}

async function assertCompletes(
  dovecot: RunningDovecot,
  place: string,
  mailbox: readonly SecondOpinion[],
): Promise<void> {
  const configFile = await writeConfig(place, {
    port: dovecot.port,
    user: dovecot.user,
    ...COMMAND_BY_COMMAND,
  });
  const { exitCode, run } = await runImportOfOne({ configFile, password: dovecot.password });
  assert.equal(exitCode, 0, JSON.stringify(run.errors));
  assert.equal(run.counts.known + run.counts.stored + run.counts.duplicate, MESSAGES);
  const archive = await readArchive(join(place, 'mail'));
  assertFinished(archive);
  assertHoldsMailbox(archive, mailbox);
}
