// The whole importer on a bad day: the built functions in Lambda's own runtime client, woken by minutes and queues, between a
// real Dovecot and servers that stand for AWS, with the names and variables of the deployed template. Slices are so short that
// most mailboxes take many; messages come twice, functions die, services fail. Afterwards archive, ledger and server agree,
// message by message. MAILFERRY_LONG=1: 25 accounts with 20,000 messages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { inParallel } from '../../lib/core/in-parallel.ts';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { startDovecot } from '../support/dovecot.ts';
import type { RunningDovecot } from '../support/dovecot.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { overlapping, readSessions } from '../support/dovecot-sessions.ts';
import { openTestTable } from '../support/dynalite.ts';
import { applyAccounts, keepPasswords } from '../support/importer/apply-accounts.ts';
import { BadDay } from '../support/importer/bad-day.ts';
import { assertImported } from '../support/importer/check-import.ts';
import { ImportLife } from '../support/importer/import-life.ts';
import { atPace } from '../support/importer/importer-pace.ts';
import type { ImporterRig } from '../support/importer/importer-rig.ts';
import { startImporter } from '../support/importer/importer-rig.ts';
import { watchForLeaks } from '../support/importer/log-leaks.ts';
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
const DEATHS = LONG ? 20 : 3;
const PATIENCE_MS = LONG ? 3_000_000 : 400_000;
const MINUTE_TAKES_MS = 2000;
/** The server notes the end of a session a moment after the client knows of it. */
const LOG_SLACK_MS = 500;

/** 3 s for mail; a reserve and time for the books as in earnest. */
const PACES = {
  poll: { timeoutMs: 16_000, reserveSeconds: 8, visibilitySeconds: 20 },
  drain: { timeoutMs: 8_000, reserveSeconds: 5, visibilitySeconds: 10 },
  parse: { timeoutMs: 30_000, visibilitySeconds: 35 },
} as const;

const skip = lambdaClientSkip() || motoSkip() || dovecotSkip();

type Mailboxes = ReadonlyMap<string, readonly SecondOpinion[]>;

void test(
  'on a bad day all mail of all accounts is stored once, parsed and recorded, and no account ever has two sessions',
  { skip, timeout: PATIENCE_MS * 2 },
  async (t) => {
    const random = seededRandom();
    t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
    const others = mailboxesOf(ACCOUNTS, MESSAGES);
    await using dovecot = await startDovecot({ messages: [], others });
    const mailboxes = await readMailboxes(others.keys(), dovecot);
    const sessionsBefore = readSessions(await dovecot.log()).length;

    const badDay = new BadDay(random, DEATHS);
    await using rig = await startImporter({
      adjust: (deployed) => atPace(deployed, PACES),
      concurrency: { poll: 1, drain: 4, parse: 1 },
      killAfterMs: (name, usage) => badDay.killAfterMs(name, usage),
      deliverAgain: (queue, receives) => badDay.deliverAgain(queue, receives),
      tellAgain: () => badDay.happens(),
    });
    const leaks = watchForLeaks(rig.functions, [...secretWords(dovecot.password), '@example', 'Letter ']);
    using table = openTestTable(rig.servers.dynamodbPort);
    const directory = new DynamodbAccountDirectory(table, Date.now);
    await keepPasswords(mailboxes.keys(), dovecot.password, rig.servers.moto);
    const ids = await applyAccounts(mailboxes.keys(), dovecot, directory, { everyMinutes: 1, tls: 'half' });

    const started = Date.now();
    const life = new ImportLife({
      rig,
      directory,
      ids,
      minuteTakesMs: MINUTE_TAKES_MS,
      patienceMs: PATIENCE_MS,
    });
    badDay.begin(rig.servers);
    await life.until(() => rig.notifications.told >= distinctMessages(mailboxes));
    badDay.end();
    await life.untilAtRest();
    const seconds = Math.round((Date.now() - started) / 1000);
    await rig.stop();

    const archives = await readS3Archive(rig.servers.moto.client, rig.stack);
    const ledger = new DynamodbLedger(table, Date.now);
    const runs: string[] = [];
    for (const id of ids) {
      const archive = archives.get(id) ?? emptySnapshot();
      const account = { id, mailbox: mailboxes.get(id) ?? [], archive, view: await directory.view(id) };
      runs.push(...(await assertImported(account, ledger)).map(({ runId }) => runId));
    }
    assert.deepEqual(
      [...archives.keys()].filter((id) => !mailboxes.has(id)),
      [],
      'objects of no account',
    );
    const untold = runs.filter((runId) => !badDay.events.completedRuns.has(runId));
    assert.deepEqual(untold, [], 'runs of which nobody was told');
    await assertNoDeadLetters(rig);
    assertRawPuts(rig);
    assert.deepEqual(leaks(), [], 'a log line has a password, an address or a subject in it');
    const log = await dovecot.log();
    const sessions = readSessions(log).slice(sessionsBefore);
    const overlaps = overlapping(sessions, LOG_SLACK_MS).map((pair) =>
      pair.map(({ id }) => linesOf(id, log)),
    );
    assert.deepEqual(overlaps, [], 'an account had two sessions at once');
    assertBadDay(rig, badDay);
    const facts = { accounts: ids.length, messages: ledgerSize(mailboxes), seconds, runs: runs.length };
    tell(t, rig, badDay, { ...facts, sessions: sessions.length });
  },
);

/** Before anything is imported: what an independent client finds. */
async function readMailboxes(users: Iterable<string>, dovecot: RunningDovecot): Promise<Mailboxes> {
  const names = [...users];
  const mailboxes = new Map<string, readonly SecondOpinion[]>(names.map((name) => [name, []]));
  await inParallel(names, 2, async (user) => {
    mailboxes.set(user, await readWithPython({ ...dovecot, user }));
  });
  return mailboxes;
}

function distinctMessages(mailboxes: Mailboxes): number {
  const digests = [...mailboxes].flatMap(([user, mailbox]) =>
    mailbox.map(({ sha256 }) => `${user} ${sha256}`),
  );
  return new Set(digests).size;
}

function ledgerSize(mailboxes: Mailboxes): number {
  return [...mailboxes.values()].reduce((sum, { length }) => sum + length, 0);
}

/** What the server wrote about one session: also what nobody expects it to. */
function linesOf(session: string, log: string): readonly string[] {
  return log.split('\n').filter((line) => line.includes(session));
}

function secretWords(password: string): readonly string[] {
  return [password, Buffer.from(password).toString('base64').replace(/=+$/, '')];
}

async function assertNoDeadLetters({ servers }: ImporterRig): Promise<void> {
  for (const [name, { dead }] of Object.entries(servers.queues)) {
    assert.deepEqual(await servers.fauxqs.held(dead), [], `dead letters of ${name}`);
  }
}

/** The bucket's policy would refuse any other. */
function assertRawPuts({ servers, stack }: ImporterRig): void {
  const below = `/${stack.rawBucket}/`;
  const puts = servers.s3.seen.filter(({ method, url }) => method === 'PUT' && url.startsWith(below));
  const others = puts.filter(({ headers }) => headers['if-none-match'] !== '*');
  assert.ok(puts.length > 0);
  assert.deepEqual(
    others.map(({ url }) => url),
    [],
    'objects were put that might have replaced others',
  );
}

/** It was one: otherwise the test shows nothing. */
function assertBadDay({ functions, sources, notifications }: ImporterRig, { counts }: BadDay): void {
  assert.ok(functions.poll.usage.kills + functions.drain.usage.kills > 0, 'nobody died');
  assert.ok(sources.drain.counts.batches > ACCOUNTS, `${sources.drain.counts.batches} slices`);
  assert.ok(sources.drain.counts.duplicates + sources.poll.counts.duplicates > 0, 'no message came twice');
  assert.ok(notifications.repeated > 0, 'no notification came twice');
  assert.ok(counts.s3 > 0 && counts.dynamodb > 0, JSON.stringify(counts));
}

function tell(
  t: TestContext,
  rig: ImporterRig,
  badDay: BadDay,
  facts: Readonly<Record<string, number>>,
): void {
  const { functions, sources, notifications, servers, tick } = rig;
  t.diagnostic(JSON.stringify({ ...facts, minutes: tick.minutes, events: badDay.events.count }));
  t.diagnostic(`faults: ${JSON.stringify(badDay.counts)} of ${servers.s3.seen.length} S3 requests`);
  t.diagnostic(`notifications: ${notifications.told} objects, ${notifications.repeated} told twice`);
  for (const [name, { usage }] of Object.entries(functions)) {
    const { invocations, coldStarts, kills, faultTypes, gbSeconds, peakMemoryOctets } = usage;
    const rounded = { gbSeconds: Math.round(gbSeconds), peakMb: Math.round(peakMemoryOctets / 1024 / 1024) };
    t.diagnostic(`${name}: ${JSON.stringify({ invocations, coldStarts, kills, faultTypes, ...rounded })}`);
  }
  for (const [name, { counts }] of Object.entries(sources)) {
    t.diagnostic(`queue of ${name}: ${JSON.stringify(counts)}`);
  }
  t.diagnostic(`DynamoDB: ${JSON.stringify(servers.meter.take())}`);
}
