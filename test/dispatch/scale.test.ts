// Many accounts through the dispatcher against a DynamoDB API server, minute by simulated minute, with an outage, a crash and
// ticks that come twice: nobody is left out, nobody is polled twice for one turn, and what it costs is counted.
// MAILFERRY_LONG=1: ten thousand accounts for four rounds of a quarter of an hour.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { inParallel } from '../../lib/core/in-parallel.ts';
import type { DynamodbTable } from '../../lib/adapters/dynamodb-table.ts';
import type { Account } from '../../lib/core/account.ts';
import { dispatchDue } from '../../lib/dispatch/dispatch-due.ts';
import type { DispatchReport } from '../../lib/dispatch/dispatch-report.ts';
import { suspendedProgress, wellProgress } from '../contract/account-directory-under-test.ts';
import { manyAccounts } from '../contract/sample-accounts.ts';
import { openTestTable, startDynalite } from '../support/dynalite.ts';
import { startDynamodbMeter } from '../support/dynamodb-meter.ts';
import type { DynamodbMeter } from '../support/dynamodb-meter.ts';
import { HOUR_MS, MINUTE_MS, MONDAY, RecordedPolls } from './dispatch-under-test.ts';

const IS_LONG = process.env['MAILFERRY_LONG'] === '1';
const ACCOUNTS = IS_LONG ? 10_000 : 400;
const EVERY_MINUTES = 15;
const MINUTES = IS_LONG ? 60 : 30;
/** One in so many waits after failures. */
const ONE_WAITING_IN = 20;
/** Minutes, from the first, without a dispatcher; of which the dispatcher dies; that come twice. */
const OUTAGE = { from: 16, until: 22 };
const CRASH_AT = 8;
const TWICE_AT = 25;

test(
  'thousands of accounts are each polled once in every turn, for one read a minute and no write of theirs',
  { timeout: 1_200_000 },
  async (t) => {
    await using server = await startDynalite();
    await using meter = await startDynamodbMeter(server.port);
    using table = openTestTable(meter.port);
    const accounts = manyAccounts('account', ACCOUNTS, { schedule: { everyMinutes: EVERY_MINUTES } });
    const waiting = await seed(t, table, meter, accounts);

    const polls = new RecordedPolls();
    const { sent, busiest } = await passMinutes(t, table, meter, polls);
    assertEachTurnOnce(accounts, waiting, sent);
    // A quarter of an hour's share, at about 150 octets an account in the index: half a unit for each 4 KB, and the cursor.
    const share = accounts.length / EVERY_MINUTES;
    assert.ok(
      busiest.readUnits <= 4 + (2 * share * 150) / 8192,
      `${busiest.readUnits} read units in a minute`,
    );
    assert.equal(busiest.writeUnits, 1);
  },
);

/** @returns the accounts that wait */
async function seed(
  t: TestContext,
  table: DynamodbTable,
  meter: DynamodbMeter,
  accounts: readonly Account[],
): Promise<ReadonlySet<string>> {
  const now = (): number => MONDAY * MINUTE_MS;
  const [directory, ledger] = [new DynamodbAccountDirectory(table, now), new DynamodbLedger(table, now)];
  const waiting = new Set<string>();
  const began = performance.now();
  await inParallel(accounts, 8, async (account) => void (await directory.apply(account)));
  tell(t, `applying ${accounts.length} accounts`, meter, accounts.length, began);
  await inParallel(accounts.entries(), 8, async ([index, { id }]) => {
    const isWaiting = index % ONE_WAITING_IN === 0;
    if (isWaiting) waiting.add(id);
    const nextAttemptAt = now() + 24 * HOUR_MS;
    const progress = isWaiting
      ? suspendedProgress({ nextAttemptAt })
      : wellProgress({ lastSuccessAt: now() });
    assert.equal(await ledger.saveProgress(id, progress, undefined), 'saved');
  });
  tell(t, `what ${accounts.length} runs leave behind`, meter, accounts.length, began);
  return waiting;
}

interface Passed {
  /** `account@minute`, by how often. */
  readonly sent: ReadonlyMap<string, number>;
  readonly busiest: { readonly readUnits: number; readonly writeUnits: number };
}

async function passMinutes(
  t: TestContext,
  table: DynamodbTable,
  meter: DynamodbMeter,
  polls: RecordedPolls,
): Promise<Passed> {
  const sent = new Map<string, number>();
  const busiest = { readUnits: 0, writeUnits: 0 };
  const total = { readUnits: 0, writeUnits: 0, requests: 0, ticks: 0, sends: 0, longestMs: 0 };
  for (let index = 0; index < MINUTES; index += 1) {
    if (index >= OUTAGE.from && index < OUTAGE.until) continue;
    const minute = MONDAY + index;
    if (index === CRASH_AT) await crash(table, minute, polls);
    const ticks = index === TWICE_AT ? 2 : 1;
    for (let tick = 0; tick < ticks; tick += 1) {
      meter.take();
      const began = performance.now();
      const report = await run(table, minute, polls);
      total.longestMs = Math.max(total.longestMs, performance.now() - began);
      assert.equal(report.outcome, tick === 0 ? 'saved' : 'nothing');
      const { readUnits, writeUnits, requests } = meter.take();
      if (report.lateMinutes === 0) {
        busiest.readUnits = Math.max(busiest.readUnits, readUnits);
        busiest.writeUnits = Math.max(busiest.writeUnits, writeUnits);
      }
      total.readUnits += readUnits;
      total.writeUnits += writeUnits;
      total.requests += Object.values(requests).reduce((sum, count) => sum + count, 0);
      total.sends += report.sent;
      total.ticks += 1;
    }
    for (const poll of polls.take()) sent.set(poll, (sent.get(poll) ?? 0) + 1);
  }
  t.diagnostic(
    `${ACCOUNTS} accounts, ${MINUTES} minutes: ${JSON.stringify(total)}, a minute at most ${JSON.stringify(busiest)}`,
  );
  return { sent, busiest };
}

async function run(table: DynamodbTable, minute: number, polls: RecordedPolls): Promise<DispatchReport> {
  const now = minute * MINUTE_MS + 500;
  const directory = new DynamodbAccountDirectory(table, () => now);
  return await dispatchDue({ directory, polls, events: undefined }, { now, staleMs: 24 * HOUR_MS });
}

/** Sends some, then dies. What it sent is repeated by the tick after it, as the same polls. */
async function crash(table: DynamodbTable, minute: number, polls: RecordedPolls): Promise<void> {
  const directory = new DynamodbAccountDirectory(table, Date.now);
  directory.saveTick = async () => {
    throw new Error('killed');
  };
  const now = minute * MINUTE_MS;
  const dying = dispatchDue({ directory, polls, events: undefined }, { now, staleMs: 24 * HOUR_MS });
  await assert.rejects(dying, { message: 'killed' });
  assert.ok(polls.batches.length > 0);
}

function assertEachTurnOnce(
  accounts: readonly Account[],
  waiting: ReadonlySet<string>,
  sent: ReadonlyMap<string, number>,
): void {
  const turns = new Map<string, number[]>();
  for (const [poll, times] of sent) {
    const [id = '', minute] = poll.split('@');
    turns.set(id, [...(turns.get(id) ?? []), Number(minute)]);
    // SQS takes a poll of the same account and minute for the same message.
    assert.equal(times, Number(minute) === MONDAY + CRASH_AT ? 2 : 1, poll);
  }
  for (const { id } of accounts) {
    const minutes = turns.get(id) ?? [];
    assert.equal(
      minutes.length,
      waiting.has(id) ? 0 : MINUTES / EVERY_MINUTES,
      `${id} at ${minutes.join(', ')}`,
    );
    for (const [index, minute] of minutes.entries()) {
      if (index > 0) assert.equal(minute - (minutes[index - 1] ?? 0), EVERY_MINUTES);
    }
  }
}

function tell(t: TestContext, what: string, meter: DynamodbMeter, per: number, began: number): void {
  const { requests, readUnits, writeUnits } = meter.take();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const each = `${(readUnits / per).toFixed(2)} read and ${(writeUnits / per).toFixed(2)} write units each`;
  t.diagnostic(`${what}: ${each}, ${JSON.stringify(requests)}, ${seconds} s since the beginning`);
}
