// What a poll may cost: on the wire, of the ledger, of the archive. Nothing new: one look at the account. New mail: a look at
// what is new, and at no other record; unless something is strange, and then at every one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANN, manyUidls } from '../contract/sample-records.ts';
import { letter, startRuns } from './runs-under-test.ts';
import type { Polled, RunsUnderTest } from './runs-under-test.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MESSAGES = 40;

/** So many messages stored, one by one of their own UIDL: `settled-0` and so on. */
async function settledMailbox(): Promise<RunsUnderTest> {
  const uidls = manyUidls('settled-', MESSAGES);
  const runs = await startRuns(uidls.map((uidl) => letter(uidl, `letter ${uidl}`)));
  await runs.poll();
  return runs;
}

function assertAll({ run }: Polled, counts: Readonly<Record<string, number>>): void {
  assert.deepEqual(Object.fromEntries(Object.entries(run.counts).filter(([, count]) => count > 0)), counts);
}

test('nothing new costs one UIDL and one LIST on the wire, one read of the ledger, and nothing of the archive', async () => {
  await using runs = await settledMailbox();
  const polled = await runs.poll();
  assertAll(polled, { listed: MESSAGES, known: MESSAGES });
  // QUIT is not waited for.
  assert.deepEqual(polled.commands.slice(0, 5), ['CAPA', 'USER', 'PASS', 'UIDL', 'LIST']);
  assert.ok(polled.commands.length <= 6, polled.commands.join(' '));
  assert.deepEqual([polled.calls, polled.asked, polled.archiveCalls], [['state'], [], []]);
});

test('new mail costs a look at its own records, and the poll after it none', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.push(letter('new-1', 'one'), letter('new-2', 'two'));
  const polled = await runs.poll();
  assertAll(polled, { listed: MESSAGES + 2, known: MESSAGES, stored: 2 });
  // Before the lease is taken, and again under it.
  assert.deepEqual(polled.asked, ['new-1', 'new-2', 'new-1', 'new-2']);
  assert.equal(polled.calls.includes('records'), false);
  assert.deepEqual(polled.archiveCalls, ['put', 'put']);
  assert.equal(polled.commands.filter((command) => command === 'UIDL').length, 1);
  assert.equal(polled.commands.filter((command) => command === 'RETR').length, 2);
  const next = await runs.poll();
  assertAll(next, { listed: MESSAGES + 2, known: MESSAGES + 2 });
  assert.deepEqual(next.calls, ['state']);
  const { progress } = await runs.ledger.state(ANN);
  assert.deepEqual(progress?.lastListing, { rows: MESSAGES + 2, recorded: MESSAGES + 2 });
});

test('mail that has gone costs one look at every record, and the poll after it none', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.splice(7, 3);
  const polled = await runs.poll();
  assertAll(polled, { listed: MESSAGES - 3, known: MESSAGES - 3 });
  assert.equal(polled.asked.length, MESSAGES - 3);
  assert.deepEqual((await runs.poll()).calls, ['state']);
});

test('new mail that bears the UIDL of a known message is told from it by its content', async () => {
  await using runs = await settledMailbox();
  const other = letter('settled-3', 'no letter of before');
  runs.server.maildrop.push(other);
  const polled = await runs.poll();
  assertAll(polled, { listed: MESSAGES + 1, known: MESSAGES - 1, stored: 1, duplicate: 1 });
  assert.ok(runs.isStored(other));
});

/** A poll whose process ends before it has written how it went: its records are there, and nothing else of it. */
async function pollAndDie(runs: RunsUnderTest): Promise<void> {
  const dead = async (): Promise<never> => {
    throw new Error('the process was killed');
  };
  // In place of the class's own methods, which are there again when these are gone.
  const own = Object.assign(runs.ledger, { saveProgress: dead, recordRun: dead });
  await runs.poll();
  for (const name of ['saveProgress', 'recordRun'] as const) Reflect.deleteProperty(own, name);
}

for (const behind of ['nothing', 'new mail'])
  test(`a UIDL given again twice, a run having died between, with ${behind} behind: all three messages are stored`, async () => {
    await using runs = await settledMailbox();
    const second = letter('settled-3', 'another', 50);
    const asLargeAsFirst = letter('settled-3', 'LETTER SETTLED-3');
    runs.server.maildrop[3] = second;
    await pollAndDie(runs);
    assert.ok(runs.isStored(second));
    runs.server.maildrop[3] = asLargeAsFirst;
    if (behind === 'new mail') runs.server.maildrop.push(letter('new', 'new'));
    await runs.poll();
    assert.ok(runs.isStored(asLargeAsFirst));
  });

test('what is marked lost while a poll looks at it is fetched by the next', async () => {
  await using runs = await settledMailbox();
  const { ledger } = runs;
  const hold = await ledger.acquire(ANN, 'a repair', DAY_MS / 48);
  assert.ok('fence' in hold);
  const { progress } = await ledger.state(ANN);
  assert.ok(progress);
  await ledger.saveProgress(ANN, { ...progress, settled: undefined }, hold);
  const find = ledger.find.bind(ledger);
  ledger.find = async (...asked) => {
    Reflect.deleteProperty(ledger, 'find');
    const found = await find(...asked);
    const [record] = [...found.values()].flat();
    assert.ok(record?.state === 'stored');
    await ledger.mark(ANN, [record], { kind: 'lost', at: 1, runId: 'a repair' });
    await ledger.release(hold);
    return found;
  };
  assertAll(await runs.poll(), { listed: MESSAGES, known: MESSAGES });
  assertAll(await runs.poll(), { listed: MESSAGES, known: MESSAGES - 1, duplicate: 1 });
});

test('after a run that died every record is looked at, once', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.push(letter('new', 'new'));
  await pollAndDie(runs);
  assert.equal((await runs.poll()).asked.length, MESSAGES + 1);
  assert.deepEqual((await runs.poll()).calls, ['state']);
});

test('more strangers than known messages make every record be looked at', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.push(...manyUidls('stranger-', 2 * MESSAGES).map((uidl) => letter(uidl, uidl)));
  const { asked } = await runs.poll();
  assert.ok(asked.length > 2 * (2 * MESSAGES), `${asked.length}`);
});

test('new mail under another rule of the account makes every record be looked at', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.push(letter('new', 'new'));
  const polled = await runs.poll({ onServer: 'delete' });
  assertAll(polled, { listed: MESSAGES + 1, known: MESSAGES, stored: 1 });
  assert.equal(runs.server.maildrop.length, 0, 'all of it was to be deleted');
});

test('what falls due is deleted on its day, whatever mail comes meanwhile', async () => {
  await using runs = await startRuns([letter('a', 'first'), letter('b', 'second')]);
  const policy = { onServer: { deleteAfterDays: 1 } } as const;
  await runs.poll(policy);
  runs.server.maildrop.push(letter('c', 'third'));
  assert.deepEqual((await runs.poll(policy)).asked, ['c', 'c']);
  runs.pass(DAY_MS - 2 * 60_000);
  runs.server.maildrop.push(letter('d', 'fourth'));
  await runs.poll(policy);
  assert.deepEqual(
    runs.server.maildrop.map(({ uidl }) => uidl),
    ['c', 'd'],
  );
});

test('within a day every record is looked at, however often mail comes', async () => {
  await using runs = await settledMailbox();
  let hours = 0;
  for (let isInFull = false; !isInFull && hours <= 25; hours += 1) {
    runs.pass(DAY_MS / 24);
    runs.server.maildrop.push(letter(`new-${hours}`, `hour ${hours}`));
    isInFull = (await runs.poll()).asked.length > MESSAGES;
  }
  assert.ok(hours <= 24, `after ${hours} hours`);
});

test('a message too large for the account is skipped behind settled ones, and they are counted as they are', async () => {
  await using runs = await startRuns([letter('a', 'first'), letter('b', 'large', 5000)]);
  const limits = { messageOctets: 1000 };
  await runs.poll({ limits });
  runs.server.maildrop.push(letter('c', 'large too', 5000), letter('d', 'small'));
  assertAll(await runs.poll({ limits }), { listed: 4, known: 1, stored: 1, skipped: 2 });
  const next = await runs.poll({ limits });
  assertAll(next, { listed: 4, known: 2, skipped: 2 });
  assert.deepEqual(next.calls, ['state']);
});

test('deletions that a switch forbids are told by every poll, also by one that looks at no record', async () => {
  await using runs = await settledMailbox();
  const paused = { onServer: 'delete', pauseDeletions: true } as const;
  await runs.poll(paused);
  const { run, calls } = await runs.poll(paused);
  assert.deepEqual(calls, ['state']);
  assert.deepEqual(run.deletions, { outcome: 'off', entries: [] });
  await runs.poll({ onServer: 'delete' });
  assert.equal(runs.server.maildrop.length, 0);
});
