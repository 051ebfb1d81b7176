// Messages that can never be fetched: the rest of the mailbox is imported in the same run, the server is not hammered, and
// after three runs they are set aside until somebody says otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertBalanced } from '../support/agreement.ts';
import { assertFinished, readArchive } from '../support/archive-snapshot.ts';
import { runCli } from '../support/cli.ts';
import type { ImportResult, ReportedRun } from '../support/import-run.ts';
import { readLedger } from '../support/ledger-file.ts';
import { startLoadedServer, type LoadedServer } from '../support/loaded-server.ts';
import { assertAllDeleted, assertNothingLost, mailboxOf } from '../support/nothing-lost.ts';
import { plainMail } from '../support/odd-mail.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import { maildropOf } from '../support/pop3-server/maildrop.ts';
import { sentCommands } from '../support/sent-commands.ts';
import { COMMAND_BY_COMMAND } from '../support/import-run.ts';

const MESSAGES = 20;
const options = { timeout: 120_000 };

interface Poison {
  readonly what: string;
  /** Of which message, by index. */
  readonly at: number;
  readonly fault: (uidl: string) => Pop3Faults;
  readonly reconnects: boolean;
}

const POISONS: readonly Poison[] = [
  {
    what: 'breaks the session in its middle',
    at: 6,
    fault: (uidl) => ({ cutRetrOf: { uidl, afterOctets: 100, how: 'close' } }),
    reconnects: true,
  },
  {
    what: 'resets the connection at its first octet',
    at: 0,
    fault: (uidl) => ({ cutRetrOf: { uidl, afterOctets: 0, how: 'reset' } }),
    reconnects: true,
  },
  {
    what: 'is refused',
    at: MESSAGES - 1,
    fault: (uidl) => ({ refuseRetrOf: [uidl] }),
    reconnects: false,
  },
];

for (const onServer of ['keep', 'delete'] as const) {
  for (const poison of POISONS) {
    void test(
      `a message that always ${poison.what} costs one RETR a run and is quarantined by the third (onServer: ${onServer})`,
      options,
      async () => {
        await using place = await startLoadedServer({
          maildrop: letters(),
          account: { onServer, ...COMMAND_BY_COMMAND },
        });
        const { uidl } = at(place.server.maildrop, poison.at);
        place.server.faults = poison.fault(uidl);
        for (const attempt of [1, 2, 3]) await failOnce(place, poison, uidl, attempt);
        await assertSetAside(place, uidl);
        await assertPutBack(place, onServer);
      },
    );
  }
}

void test(
  'poison at three places is left out of one run, and each is counted for itself',
  options,
  async () => {
    await using place = await startLoadedServer({
      maildrop: letters(),
      account: { onServer: 'delete', ...COMMAND_BY_COMMAND },
    });
    const [first, second, third] = [2, 3, 11].map((index) => at(place.server.maildrop, index).uidl);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const cutRetrOf = { uidl: second, afterOctets: 30, how: 'close' } as const;
    place.server.faults = { refuseRetrOf: [first, third], cutRetrOf };
    for (const attempt of [1, 2, 3]) {
      const { exitCode, run } = await place.run();
      assert.equal(exitCode, 1);
      assertBalanced(run.counts);
      assert.equal(run.counts.stored, attempt === 1 ? MESSAGES - 3 : 0);
      assert.equal(run.counts.failed + run.counts.quarantined, 3);
    }
    const { exitCode, run } = await place.run();
    assert.deepEqual([exitCode, run.outcome, run.counts.quarantined], [0, 'complete', 3]);
    assert.equal(place.server.maildrop.length, 3);
    assertNothingLost(place.mailbox, mailboxOf(place.server.maildrop), await readArchive(place.archive));
  },
);

function letters(): ReturnType<typeof maildropOf> {
  return maildropOf(Array.from({ length: MESSAGES }, (_, index) => plainMail(index)));
}

async function failOnce(place: LoadedServer, poison: Poison, uidl: string, attempt: number): Promise<void> {
  const { server } = place;
  const listed = server.maildrop.length;
  const number = server.maildrop.findIndex((message) => message.uidl === uidl) + 1;
  const sessions = server.sessions.length;
  const { exitCode, run } = await place.run();
  assert.deepEqual([exitCode, run.outcome], [1, 'partial'], JSON.stringify(run));
  assertBalanced(run.counts);
  assert.equal(run.counts.listed, listed);
  const [failed, quarantined] = attempt < 3 ? [1, 0] : [0, 1];
  assert.deepEqual([run.counts.failed, run.counts.quarantined], [failed, quarantined]);
  // All the others in the very first run.
  assert.equal(run.counts.stored, attempt === 1 ? MESSAGES - 1 : 0);
  assert.equal(run.counts.known, listed - 1 - run.counts.stored);
  assert.equal(countNotices(run, 'RECONNECTED'), poison.reconnects ? 1 : 0);
  assert.equal(server.sessions.length - sessions, poison.reconnects ? 2 : 1, 'sessions in one run');
  assert.deepEqual(
    sentCommands(server, 'RETR', sessions).filter((line) => line === `RETR ${number}`),
    [`RETR ${number}`],
    'the message was asked for exactly once',
  );
  const records = readLedger(place.archive).filter((row) => row.uidl === uidl);
  assert.deepEqual(
    records.map(({ state, attempts }) => [state, attempts]),
    [[attempt < 3 ? 'failed' : 'quarantined', attempt]],
  );
}

async function assertSetAside(place: LoadedServer, uidl: string): Promise<void> {
  const sessions = place.server.sessions.length;
  const fourth = await place.run();
  assertQuiet(fourth);
  assert.equal(fourth.run.counts.quarantined, 1);
  assert.equal(fourth.run.counts.known, fourth.run.counts.listed - 1);
  assert.deepEqual(sentCommands(place.server, 'RETR', sessions), []);
  assert.ok(
    place.server.maildrop.some((message) => message.uidl === uidl),
    'it stays on the server',
  );
  const archive = await readArchive(place.archive);
  assertFinished(archive);
  assertNothingLost(place.mailbox, mailboxOf(place.server.maildrop), archive);
}

/** `mailferry retry`, once the server can give the message. */
async function assertPutBack(place: LoadedServer, onServer: 'keep' | 'delete'): Promise<void> {
  place.server.faults = {};
  const retry = await runCli(['retry', '--config', place.configFile]);
  assert.equal(retry.exitCode, 0, retry.stdout + retry.stderr);
  const { exitCode, run } = await place.run();
  assert.deepEqual([exitCode, run.counts.stored, run.counts.quarantined], [0, 1, 0], JSON.stringify(run));
  const archive = await readArchive(place.archive);
  assertFinished(archive);
  assertNothingLost(place.mailbox, [], archive);
  assert.equal(archive.raw.size, MESSAGES);
  assert.equal(place.server.maildrop.length, onServer === 'keep' ? MESSAGES : 0);
  if (onServer === 'delete') assertAllDeleted(place.archive, place.mailbox);
  assertQuiet(await place.run());
}

function assertQuiet({ exitCode, run }: ImportResult & { readonly run: ReportedRun }): void {
  assert.deepEqual([exitCode, run.outcome], [0, 'complete'], JSON.stringify(run));
  assert.deepEqual([run.errors, run.notices], [[], []]);
  assert.equal(run.counts.stored + run.counts.duplicate + run.counts.failed, 0);
}

function countNotices({ notices }: ReportedRun, code: string): number {
  return notices.filter((notice) => notice.code === code).length;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  assert.ok(item !== undefined);
  return item;
}
