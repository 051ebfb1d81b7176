// An event bus that takes nothing: mail is fetched as if it did, and in the end everything is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountProgress, ANN, runRecord } from '../../contract/sample-records.ts';
import { NO_QUIRKS } from '../../crash/model/quirks.ts';
import { FetchWorld, SINK_FAILED } from './fetch-world.ts';
import type { QueuedMessage } from './fifo-queue.ts';
import { invoke } from './invoke.ts';
import { runWorld, TICK_MS } from './run-world.ts';

const SHORT = { timeoutMs: 1300 };

const completed = (world: FetchWorld): string[] =>
  world.events.filter(({ type }) => type === 'mailferry.run.completed').map(({ id }) => id);

test('a drain goes on from slice to slice while the bus fails; its last slice tells of all of them', async () => {
  // As the stack has it.
  const world = new FetchWorld({ visibilityMs: 1_020_000 });
  await world.addAccount('ann', 60);
  world.eventsFailure = SINK_FAILED;
  const startedAt = world.nowMs;
  const isOver = async (): Promise<boolean> => (await world.drainOf('ann')) === undefined;
  await runWorld(world, { until: startedAt + TICK_MS, pollMs: 1300, sliceMs: 1300, isOver });
  assert.deepEqual(await world.missing('ann'), []);
  assert.ok(world.nowMs - startedAt < 60_000, `${world.nowMs - startedAt} ms`);
  assert.ok((world.counts.get('EventsFailed') ?? 0) > 10);
  assert.ok(world.lines.some((line) => line.startsWith('runs could not be announced')));
  assert.equal(world.drains.bodies.length, 1, 'the last message is not forgotten');
  world.eventsFailure = undefined;
  world.nowMs = world.drains.nextAt ?? 0;
  await invoke(world, 'drain', world.drains.receive(1), SHORT);
  const runs = await world.ledger.runs(ANN, 99);
  assert.ok(runs.length > 10);
  assert.deepEqual(completed(world), runs.map(({ runId }) => `${runId}/completed`).toReversed());
  assert.deepEqual(world.drains.bodies, []);
});

test('a poll that begins a drain is done, told or not', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 20);
  world.eventsFailure = SINK_FAILED;
  world.sendPoll('ann');
  const { response } = await invoke(world, 'poll', world.polls.receive(1), SHORT);
  assert.deepEqual(response, { batchItemFailures: [] });
  assert.equal((await world.drainOf('ann'))?.slice, 1);
});

test('the message of an old drain is out of the way of a new one, told or not; without one it comes again', async () => {
  for (const isDraining of [true, false]) {
    const world = new FetchWorld();
    await world.addAccount('ann', 1);
    const run = runRecord('run-1');
    await world.ledger.recordRun(run);
    await world.ledger.saveProgress(ANN, accountProgress({ lastRunId: run.runId }), undefined);
    const drain = { id: 'new', slice: 2, isSent: true, at: world.nowMs, idleSlices: 0 };
    if (isDraining) await world.directory.saveDrain(ANN, drain, undefined);
    const body = JSON.stringify({ kind: 'drain', account: 'ann', id: 'old', slice: 7 });
    const old: QueuedMessage = { id: 'm', group: 'ann', body, receives: 1 };
    world.eventsFailure = SINK_FAILED;
    const { response } = await invoke(world, 'drain', [old]);
    assert.equal(response?.batchItemFailures.length, isDraining ? 0 : 1);
  }
});

test('a poll that comes again because others could not be told begins no drain', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 3);
  world.eventsFailure = SINK_FAILED;
  world.sendPoll('ann');
  for (let receive = 0; receive < 5; receive += 1) {
    await invoke(world, 'poll', world.polls.receive(1));
    world.nowMs = (world.polls.nextAt ?? world.nowMs) + 1;
  }
  assert.deepEqual([world.drainChanges, world.drains.bodies], [[], []]);
});

test('an account that waits is not tried again because others could not be told of its failure', async () => {
  const world = new FetchWorld({ visibilityMs: 30_000 });
  await world.addAccount('ann', 3);
  world.serverOf('ann').quirks = { ...NO_QUIRKS, turnedAway: 99 };
  world.eventsFailure = SINK_FAILED;
  world.sendPoll('ann');
  const [message] = world.polls.receive(1);
  assert.ok(message);
  for (const receives of [1, 2, 3]) {
    const { response } = await invoke(world, 'poll', [{ ...message, receives }]);
    assert.equal(response?.batchItemFailures.length, 1);
  }
  assert.equal((await world.ledger.state(ANN)).progress?.failures, 1);
  world.eventsFailure = undefined;
  const { response } = await invoke(world, 'poll', [{ ...message, receives: 4 }]);
  assert.deepEqual(response, { batchItemFailures: [] });
  assert.equal((await world.ledger.runs(ANN, 9)).length, 1);
  assert.equal(world.events.filter(({ type }) => type === 'mailferry.run.completed').length, 1);
});
