// The whole importer on a bad day: the built functions in Lambda's own runtime, woken by minutes and queues, between a real
// Dovecot and servers that stand for AWS. Slices are so short that nearly every mailbox takes many; messages come twice,
// functions die, services fail. Afterwards archive, ledger and server agree, message by message.
// MAILFERRY_LONG=1: 25 accounts with 20,000 messages.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { forEachAtMost } from '../../lib/adapters/bounded-work.ts';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { startDovecot } from '../support/dovecot.ts';
import type { RunningDovecot } from '../support/dovecot.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { overlapping, readSessions } from '../support/dovecot-sessions.ts';
import { openTestTable } from '../support/dynalite.ts';
import { applyAccounts } from '../support/importer/apply-accounts.ts';
import { BadDay } from '../support/importer/bad-day.ts';
import { assertImported } from '../support/importer/check-import.ts';
import { atPace } from '../support/importer/importer-pace.ts';
import type { ImporterRig } from '../support/importer/importer-rig.ts';
import { startImporter } from '../support/importer/importer-rig.ts';
import { handMadeStack } from '../support/importer/importer-stack.ts';
import { mailboxesOf } from '../support/importer/mailboxes.ts';
import { emptySnapshot, readS3Archive } from '../support/importer/s3-archive.ts';
import { lambdaClientSkip } from '../support/lambda-client-presence.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { readWithPython } from '../support/second-opinion.ts';
import type { SecondOpinion } from '../support/second-opinion.ts';
import { seededRandom } from '../support/seeded-random.ts';

const LONG = process.env['MAILFERRY_LONG'] === '1';
const ACCOUNTS = LONG ? 25 : 8;
const MESSAGES = LONG ? 20_000 : 2000;
const DEATHS = LONG ? 40 : 3;
const TIMEOUT_MS = LONG ? 3_600_000 : 460_000;
/** Between two minutes of the test. */
const MINUTE_TAKES_MS = 2000;
/** The server notes the end of a session a moment after the client knows of it. */
const LOG_SLACK_MS = 500;

/** 3 s for mail, then a reserve as the functions have it, then the books. */
const PACES = {
  poll: { timeoutMs: 16_000, reserveSeconds: 8, visibilitySeconds: 20 },
  drain: { timeoutMs: 8_000, reserveSeconds: 5, visibilitySeconds: 10 },
  parse: { timeoutMs: 30_000, visibilitySeconds: 35 },
} as const;

const skip = lambdaClientSkip() || motoSkip() || dovecotSkip();

void test(
  'on a bad day all mail of all accounts is stored once, parsed and recorded, and no account ever has two sessions',
  { skip, timeout: TIMEOUT_MS },
  async (t) => {
    const random = seededRandom();
    t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
    const others = mailboxesOf(ACCOUNTS, MESSAGES);
    await using dovecot = await startDovecot({ messages: [], others });
    const mailboxes = await readMailboxes(others.keys(), dovecot);
    const sessionsBefore = readSessions(await dovecot.log()).length;

    const badDay = new BadDay(random, DEATHS);
    await using rig = await startImporter({
      stack: atPace(handMadeStack(), PACES),
      concurrency: { poll: 1, drain: 4, parse: 1 },
      parseWindowMs: 500,
      killAfterMs: (name) => badDay.killAfterMs(name),
      deliverAgain: (queue, receives) => badDay.deliverAgain(queue, receives),
      tellAgain: () => badDay.happens(),
    });
    const leaks = watchForLeaks(rig, dovecot.password);
    using table = openTestTable(rig.servers.dynamodbPort);
    const directory = new DynamodbAccountDirectory(table, Date.now);
    const ids = await applyAccounts(
      mailboxes.keys(),
      dovecot,
      { moto: rig.servers.moto, directory },
      { everyMinutes: 1 },
    );

    const started = Date.now();
    badDay.begin(rig.servers);
    await liveThrough(rig, directory, ids, () => rig.notifications.told >= distinctMessages(mailboxes));
    badDay.end();
    await comeToRest(rig, directory, ids);
    t.diagnostic(`${MESSAGES} messages in ${Math.round((Date.now() - started) / 1000)} s`);

    await stopAll(rig);
    const archives = await readS3Archive(rig.servers.moto.client, rig.stack);
    const ledger = new DynamodbLedger(table, Date.now);
    let runs = 0;
    for (const id of ids) {
      const archive = archives.get(id) ?? emptySnapshot();
      const view = await directory.view(id);
      const ofAccount = await assertImported({ id, mailbox: mailboxes.get(id) ?? [], archive, view }, ledger);
      const untold = ofAccount.filter(({ runId }) => !badDay.events.completedRuns.has(runId));
      assert.deepEqual(untold, [], `nobody was told of ${untold.length} runs of ${id}`);
      runs += ofAccount.length;
    }
    assert.deepEqual(
      [...archives.keys()].filter((id) => !ids.includes(id as AccountId)),
      [],
    );
    for (const [name, { dead }] of Object.entries(rig.servers.queues)) {
      assert.deepEqual(await rig.servers.fauxqs.held(dead), [], `dead letters of ${name}`);
    }
    assertRawPuts(rig);
    assert.deepEqual(leaks(), [], 'a log line has a password, an address or a subject in it');
    const sessions = readSessions(await dovecot.log()).slice(sessionsBefore);
    assert.deepEqual(overlapping(sessions, LOG_SLACK_MS), [], 'an account had two sessions at once');
    assertBadDay(rig, badDay);
    tell(t, rig, badDay, { runs, sessions: sessions.length });
  },
);

/** Before anything is imported: what an independent client finds. */
async function readMailboxes(
  users: Iterable<string>,
  dovecot: RunningDovecot,
): Promise<ReadonlyMap<string, readonly SecondOpinion[]>> {
  const mailboxes = new Map<string, readonly SecondOpinion[]>();
  const names = [...users];
  for (const user of names) mailboxes.set(user, []);
  await forEachAtMost(2, names, async (user) => {
    mailboxes.set(user, await readWithPython({ ...dovecot, user }));
  });
  return mailboxes;
}

function distinctMessages(mailboxes: ReadonlyMap<string, readonly SecondOpinion[]>): number {
  return [...mailboxes.values()].reduce(
    (sum, mailbox) => sum + new Set(mailbox.map(({ sha256 }) => sha256)).size,
    0,
  );
}

async function liveThrough(
  rig: ImporterRig,
  directory: DynamodbAccountDirectory,
  ids: readonly AccountId[],
  isDone: () => boolean,
): Promise<void> {
  while (!isDone()) {
    await rig.tick.next(rig.tick.minutes % 10 === 9 ? 2 : 1);
    await sleep(MINUTE_TAKES_MS);
    await resumeAll(directory, ids);
  }
}

/** Accounts that wait because a service failed: their owner says that they need not, or the test would take hours. */
async function resumeAll(directory: DynamodbAccountDirectory, ids: readonly AccountId[]): Promise<void> {
  for (const id of ids) {
    const { state } = await directory.view(id);
    if ((state.progress?.nextAttemptAt ?? 0) > Date.now()) await directory.resume(id);
  }
}

/** Minutes go on until every queue is empty, nobody works, and each account has been looked at and found imported. */
async function comeToRest(
  rig: ImporterRig,
  directory: DynamodbAccountDirectory,
  ids: readonly AccountId[],
): Promise<void> {
  const isAtRest = async (): Promise<boolean> => {
    for (const { queue } of Object.values(rig.servers.queues)) {
      if ((await rig.servers.fauxqs.held(queue)).length > 0) return false;
    }
    for (const id of ids) {
      const { drain, state } = await directory.view(id);
      const isLeased = (state.lease?.expiresAt ?? 0) > Date.now();
      if (drain || isLeased || state.progress?.lastOutcome !== 'complete' || state.progress.backlog > 0)
        return false;
    }
    return true;
  };
  for (let calm = 0; calm < 3;) {
    await liveThrough(rig, directory, ids, onceOnly());
    await quiet(rig);
    calm = (await isAtRest()) ? calm + 1 : 0;
  }
}

/** One round, and no more. */
function onceOnly(): () => boolean {
  let rounds = 0;
  return () => (rounds += 1) > 1;
}

/** Until the polls of the last minute are done. */
async function quiet({ servers, notifications }: ImporterRig): Promise<void> {
  await notifications.settle();
  while ((await servers.fauxqs.held(servers.queues.poll.queue)).length > 0) await sleep(100);
}

async function stopAll({ sources, functions, notifications }: ImporterRig): Promise<void> {
  await Promise.all(Object.values(sources).map(async (source) => await source.stop()));
  await notifications.settle();
  await Promise.all(Object.values(functions).map(async (one) => await one[Symbol.asyncDispose]()));
}

/** Collects what no log may say. */
function watchForLeaks({ functions }: ImporterRig, password: string): () => readonly string[] {
  const base64 = Buffer.from(password).toString('base64').replace(/=+$/, '');
  const secret = [password, base64, '@example', 'Letter '];
  const leaks: string[] = [];
  for (const [name, { log }] of Object.entries(functions)) {
    log.listener = (text) => {
      for (const word of secret) {
        if (text.includes(word))
          leaks.push(`${name}: ${text.slice(Math.max(0, text.indexOf(word) - 200), 400)}`);
      }
    };
  }
  return () => leaks;
}

/** The bucket's policy would refuse any other. */
function assertRawPuts({ servers, stack }: ImporterRig): void {
  const puts = servers.s3.seen.filter(
    ({ method, url }) => method === 'PUT' && url.startsWith(`/${stack.rawBucket}/`),
  );
  assert.ok(puts.length > 0);
  assert.deepEqual(
    puts.filter(({ headers }) => headers['if-none-match'] !== '*').map(({ url }) => url),
    [],
  );
}

/** It was one: otherwise the test shows nothing. */
function assertBadDay({ functions, sources }: ImporterRig, { counts }: BadDay): void {
  assert.equal(functions.poll.usage.kills + functions.drain.usage.kills > 0, true, 'nobody died');
  assert.ok(sources.drain.counts.batches > ACCOUNTS, `${sources.drain.counts.batches} slices`);
  assert.ok(sources.drain.counts.duplicates + sources.poll.counts.duplicates > 0, 'no message came twice');
  assert.ok(sources.parse.counts.duplicates > 0, 'no notification came twice');
  for (const [where, count] of Object.entries(counts)) assert.ok(count > 0 || where === 'others', where);
}

function tell(
  t: TestContext,
  { functions, sources, notifications, servers, tick }: ImporterRig,
  { counts, events }: BadDay,
  { runs, sessions }: { readonly runs: number; readonly sessions: number },
): void {
  t.diagnostic(
    `${tick.minutes} minutes, ${runs} runs recorded, ${sessions} sessions, ${events.count} events`,
  );
  t.diagnostic(`notifications: ${notifications.told} objects, ${notifications.repeated} told twice`);
  t.diagnostic(`faults: ${JSON.stringify(counts)}; S3 requests: ${servers.s3.seen.length}`);
  for (const [name, { usage }] of Object.entries(functions)) {
    const { invocations, coldStarts, kills, faultTypes, gbSeconds, peakMemoryOctets } = usage;
    const peakMb = Math.round(peakMemoryOctets / 1024 / 1024);
    const facts = { invocations, coldStarts, kills, faultTypes, gbSeconds: Math.round(gbSeconds), peakMb };
    t.diagnostic(`${name}: ${JSON.stringify(facts)}`);
  }
  for (const [name, source] of Object.entries(sources)) {
    t.diagnostic(`queue of ${name}: ${JSON.stringify(source.counts)}`);
  }
  const { requests, readUnits, writeUnits } = servers.meter.take();
  t.diagnostic(`DynamoDB: ${JSON.stringify({ requests, readUnits, writeUnits })}`);
}
