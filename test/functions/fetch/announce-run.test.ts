// What is told of runs: each at least once, before the queue forgets; never at the cost of mail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountProgress, ANN, runRecord } from '../../contract/sample-records.ts';
import { FetchWorld, SINK_FAILED } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import type { Invocation, InvocationFate } from './invoke.ts';

async function withMail(): Promise<FetchWorld> {
  const world = new FetchWorld();
  await world.addAccount('ann', 3);
  return world;
}

async function poll(world: FetchWorld, receives = 1, fate: InvocationFate = {}): Promise<Invocation> {
  const body = JSON.stringify({ kind: 'poll', account: 'ann', tick: 1 });
  return await invoke(world, 'poll', [{ id: 'm', group: 'ann', body, receives }], fate);
}

const ids = (world: FetchWorld): string[] => world.events.map(({ id }) => id);
const isDone = ({ response }: Invocation): boolean => response?.batchItemFailures.length === 0;

test('a run is told of once, and a quiet poll not at all', async () => {
  const world = await withMail();
  for (let time = 0; time < 3; time += 1) assert.ok(isDone(await poll(world)));
  const [run] = await world.ledger.runs(ANN, 9);
  assert.deepEqual(ids(world), [`${run?.runId}/completed`]);
  assert.equal((await world.directory.view(ANN)).announcedRunId, run?.runId);
});

test('a sink that fails brings the message back; the mail is stored, and not fetched again', async () => {
  const world = await withMail();
  world.eventsFailure = SINK_FAILED;
  for (const receives of [1, 2]) assert.ok(!isDone(await poll(world, receives)));
  assert.deepEqual(await world.missing('ann'), []);
  world.eventsFailure = undefined;
  assert.ok(isDone(await poll(world, 3)));
  const runs = await world.ledger.runs(ANN, 9);
  assert.deepEqual(ids(world), runs.map(({ runId }) => `${runId}/completed`).toReversed());
  assert.equal(world.counts.get('MessagesStored'), 3);
});

test('mail is fetched while the sink fails, and told of afterwards', async () => {
  const world = await withMail();
  world.eventsFailure = SINK_FAILED;
  await poll(world);
  world.receiveMail('ann', 2);
  await poll(world, 2);
  assert.deepEqual(await world.missing('ann'), []);
  world.eventsFailure = undefined;
  assert.ok(isDone(await poll(world, 3)));
  assert.equal(new Set(ids(world)).size, 2);
});

test('what an invocation that died did not tell, the next one tells first', async () => {
  const world = await withMail();
  await poll(world, 1, { crash: { call: 'events.publish', occurrence: 1, side: 'before' } });
  assert.deepEqual(ids(world), []);
  world.receiveMail('ann', 1);
  assert.ok(isDone(await poll(world, 2)));
  const runs = await world.ledger.runs(ANN, 9);
  assert.equal(runs.length, 2);
  assert.deepEqual(ids(world), runs.map(({ runId }) => `${runId}/completed`).toReversed());
});

test('what may have been told is told again in the same words', async () => {
  const world = await withMail();
  await poll(world, 1, { crash: { call: 'events.publish', occurrence: 1, side: 'after' } });
  await poll(world, 2);
  const [first, second, ...more] = world.events;
  assert.deepEqual(first, second);
  assert.deepEqual(more, []);
});

test('a run by hand is told of by the next poll, whether it has anything to do or not', async () => {
  const world = await withMail();
  await poll(world);
  const run = runRecord('zzz-by-hand');
  await world.ledger.recordRun(run);
  const progress = accountProgress({ lastRunId: run.runId, nextAttemptAt: world.nowMs + 60_000 });
  await world.ledger.saveProgress(ANN, progress, undefined);
  assert.ok(isDone(await poll(world)));
  assert.equal(ids(world).at(-1), 'zzz-by-hand/completed');
  assert.ok(isDone(await poll(world)));
  assert.equal(ids(world).length, 2, 'once');
});

test('a run whose record was never written is not looked for again', async () => {
  const world = await withMail();
  const progress = accountProgress({ lastRunId: 'lost', nextAttemptAt: world.nowMs + 60_000 });
  await world.ledger.saveProgress(ANN, progress, undefined);
  assert.ok((await poll(world)).process.calls.has('ledger.runs'));
  assert.ok(!(await poll(world)).process.calls.has('ledger.runs'));
  assert.deepEqual(ids(world), []);
});

test('where there is nobody to tell, nothing is kept of who was told', async () => {
  const world = await withMail();
  world.hasBus = false;
  for (let time = 0; time < 2; time += 1) {
    const { process } = await poll(world);
    assert.ok(!process.calls.has('directory.announced') && !process.calls.has('ledger.runs'));
  }
});
