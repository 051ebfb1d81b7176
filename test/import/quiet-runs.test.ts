// Polls that find nothing new: one read of the ledger and no write, for as long as nothing changes; and never longer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { letter, startRuns } from './runs-under-test.ts';
import type { RunsUnderTest } from './runs-under-test.ts';
import { acquired } from '../contract/ledger-under-test.ts';
import { forgetSettled } from '../../lib/lease/forget-settled.ts';
import { ANN } from '../contract/sample-records.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Two messages stored: the listing is known to be one with which there is nothing to do. */
async function settledMailbox(): Promise<RunsUnderTest> {
  const runs = await startRuns([letter('a', 'first'), letter('b', 'second')]);
  await runs.poll();
  return runs;
}

test('a poll of what has not changed reads the state and nothing else, and writes nothing', async () => {
  await using runs = await settledMailbox();
  const { run, calls } = await runs.poll();
  assert.deepEqual(calls, ['state']);
  assert.equal(run.outcome, 'complete');
  assert.deepEqual([run.counts.listed, run.counts.known], [2, 2]);
  assert.equal((await runs.ledger.runs(ANN, 9)).length, 1);
});

test('once an hour the last success is written down, without a record of the run', async () => {
  await using runs = await settledMailbox();
  const before = (await runs.ledger.state(ANN)).progress?.lastSuccessAt ?? 0;
  runs.pass(HOUR_MS);
  assert.deepEqual((await runs.poll()).calls, ['state', 'saveProgress']);
  assert.deepEqual((await runs.poll()).calls, ['state']);
  const { progress } = await runs.ledger.state(ANN);
  assert.ok((progress?.lastSuccessAt ?? 0) - before > HOUR_MS);
  assert.deepEqual((await runs.poll()).calls, ['state']);
  assert.equal((await runs.ledger.runs(ANN, 9)).length, 1);
});

test('new mail is stored, whatever was settled before', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.push(letter('c', 'third'));
  assert.equal((await runs.poll()).run.counts.stored, 1);
});

test('mail that goes while other mail comes is noticed', async () => {
  await using runs = await settledMailbox();
  runs.server.maildrop.splice(0, 1, letter('c', 'other'));
  assert.equal((await runs.poll()).run.counts.stored, 1);
});

test('another message of another size under a known UIDL is noticed', async () => {
  await using runs = await settledMailbox();
  const other = letter('a', 'no longer the first', 100);
  runs.server.maildrop.splice(0, 1, other);
  assert.equal((await runs.poll()).run.counts.stored, 1);
  assert.ok(runs.isStored(other));
});

test('a day after it was looked at in full, it is looked at in full again', async () => {
  await using runs = await settledMailbox();
  runs.pass(DAY_MS);
  assert.ok((await runs.poll()).calls.includes('find'));
  assert.deepEqual((await runs.poll()).calls, ['state']);
});

test('a message that falls due is deleted on its day, though the listing is the same', async () => {
  await using runs = await startRuns([letter('a', 'first'), letter('b', 'second')]);
  const policy = { onServer: { deleteAfterDays: 1 } } as const;
  await runs.poll(policy);
  await runs.poll(policy);
  assert.deepEqual((await runs.poll(policy)).calls, ['state']);
  runs.pass(DAY_MS - 3 * 60_000);
  assert.equal(runs.server.maildrop.length, 2);
  await runs.poll(policy);
  assert.equal(runs.server.maildrop.length, 0);
});

test('another rule of the account is another case', async () => {
  await using runs = await settledMailbox();
  await runs.poll({ onServer: 'delete' });
  assert.equal(runs.server.maildrop.length, 0);
});

test('a message too large for the account stays skipped, and is fetched when the limit is raised', async () => {
  await using runs = await startRuns([letter('a', 'first'), letter('b', 'large', 5000)]);
  const limits = { messageOctets: 1000 };
  await runs.poll({ limits });
  await runs.poll({ limits });
  const { run, calls } = await runs.poll({ limits });
  assert.deepEqual(calls, ['state']);
  assert.deepEqual([run.counts.known, run.counts.skipped], [1, 1]);
  assert.equal((await runs.poll({ limits: { messageOctets: 10_000 } })).run.counts.stored, 1);
});

test('messages without UIDLs of their own are never settled', async () => {
  await using runs = await startRuns([letter('a', 'first'), letter('a', 'its namesake')]);
  await runs.poll();
  await runs.poll();
  const { run, calls } = await runs.poll();
  assert.ok(calls.includes('find'));
  assert.equal(run.counts.duplicate, 2);
});

test('a poll that fails leaves its record, and so does the first that succeeds after it', async () => {
  await using runs = await settledMailbox();
  const port = { port: 1 };
  assert.equal((await runs.poll(port)).run.outcome, 'stopped');
  assert.equal((await runs.ledger.state(ANN)).progress?.failures, 1);
  assert.ok((await runs.poll()).calls.includes('recordRun'));
  assert.equal((await runs.ledger.state(ANN)).progress?.failures, 0);
  await runs.poll();
  assert.deepEqual((await runs.poll()).calls, ['state']);
});

test('nothing is settled while a repair is at work, and not before one that fell asleep has lost its lease', async () => {
  await using runs = await settledMailbox();
  const { ledger } = runs;
  const hold = await acquired(ledger, ANN, 'host/1/repair', HOUR_MS);
  await forgetSettled(hold, ledger);
  await runs.poll();
  assert.equal((await ledger.state(ANN)).progress?.settled, undefined);
  await ledger.renew(hold, HOUR_MS);
  runs.pass(2 * HOUR_MS);
  await runs.poll();
  assert.equal((await ledger.state(ANN)).progress?.settled, undefined);
  await assert.rejects(ledger.renew(hold, HOUR_MS), { code: 'LEASE_LOST' });
  assert.ok((await runs.poll()).calls.includes('find'));
  assert.deepEqual((await runs.poll()).calls, ['state']);
});
