// A drain from its beginning to its end, and whatever ends it early.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountProgress, ANN } from '../../contract/sample-records.ts';
import { NO_QUIRKS } from '../../crash/model/quirks.ts';
import { FetchWorld } from './fetch-world.ts';
import type { QueuedMessage } from './fifo-queue.ts';
import { invoke } from './invoke.ts';
import { runWorld, TICK_MS } from './run-world.ts';

const SLICE = { timeoutMs: 1300 };
const HOUR_MS = 3_600_000;

/** A drain whose first slice's message is there. */
async function draining(messages = 20): Promise<{ world: FetchWorld; message: QueuedMessage }> {
  const world = new FetchWorld();
  await world.addAccount('ann', messages);
  world.sendPoll('ann');
  await invoke(world, 'poll', world.polls.receive(1), SLICE);
  const [message] = world.drains.receive(1);
  assert.ok(message);
  return { world, message };
}

test('a large mailbox is drained in many slices, each after the other', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 150);
  const startedAt = world.nowMs;
  await runWorld(world, {
    until: startedAt + TICK_MS,
    pollMs: 1300,
    sliceMs: 1300,
    isOver: async () => (await world.missing('ann')).length === 0,
  });
  assert.deepEqual(await world.missing('ann'), []);
  assert.deepEqual(world.accusations, []);
  assert.ok(world.nowMs - startedAt < 2 * 60_000);
  const begun = world.drainChanges
    .filter(({ drain }) => drain && !drain.isSent)
    .map(({ drain }) => drain?.slice);
  assert.ok(begun.length > 20, `${begun.length} slices`);
  assert.deepEqual(
    begun,
    Array.from({ length: begun.length }, (_, index) => index + 1),
  );
  assert.equal(new Set(world.drainChanges.flatMap(({ drain }) => drain?.id ?? [])).size, 1);
  assert.equal(await world.drainOf('ann'), undefined);
  for (const run of await world.ledger.runs(ANN, 99)) assert.equal(run.outcome, 'complete');
});

test('a message of another drain, of another slice, or of none does nothing', async () => {
  const { world } = await draining();
  const drain = await world.drainOf('ann');
  assert.ok(drain);
  for (const [id, slice] of [
    ['other', 1],
    [drain.id, 0],
    [drain.id, 2],
  ] as const) {
    const body = JSON.stringify({ kind: 'drain', account: 'ann', id, slice });
    const old = { id: 'old', group: 'ann', body, receives: 1 };
    const { process, response } = await invoke(world, 'drain', [old], SLICE);
    assert.deepEqual(response, { batchItemFailures: [] });
    assert.deepEqual([...process.calls.keys()], ['directory.view']);
  }
  assert.deepEqual(await world.drainOf('ann'), drain);
});

for (const why of ['removed', 'paused', 'suspended'] as const) {
  test(`a drain of an account that was ${why} ends without a session`, async () => {
    const { world, message } = await draining();
    const { applied } = await world.directory.view(ANN);
    assert.ok(applied);
    if (why === 'removed') await world.directory.remove(ANN);
    if (why === 'paused') await world.directory.apply({ ...applied.account, paused: true });
    if (why === 'suspended') {
      const progress = accountProgress({ nextAttemptAt: world.nowMs + 60_000 });
      await world.ledger.saveProgress(ANN, progress, undefined);
    }
    const { process, response } = await invoke(world, 'drain', [message], SLICE);
    assert.deepEqual(response, { batchItemFailures: [] });
    assert.equal(process.calls.get('dial'), undefined);
    assert.equal(await world.drainOf('ann'), undefined);
  });
}

test('a server that fails ends the drain; after the wait a poll begins another', async () => {
  const { world, message } = await draining();
  world.serverOf('ann').quirks = { ...NO_QUIRKS, turnedAway: 1 };
  const { response } = await invoke(world, 'drain', [message], SLICE);
  assert.deepEqual(response, { batchItemFailures: [] });
  assert.equal(await world.drainOf('ann'), undefined);
  assert.ok(((await world.ledger.state(ANN)).progress?.nextAttemptAt ?? 0) > world.nowMs);
  const isOver = async (): Promise<boolean> => (await world.missing('ann')).length === 0;
  await runWorld(world, { until: world.nowMs + HOUR_MS, pollMs: 1300, sliceMs: 1300, isOver });
  assert.deepEqual(await world.missing('ann'), []);
  assert.deepEqual(world.accusations, []);
});

test('a slice waits for whoever has the lease, and gives up before the queue does', async () => {
  const { world, message } = await draining();
  await world.ledger.acquire(ANN, 'somebody', HOUR_MS);
  for (const receives of [1, 2]) {
    const { process, response } = await invoke(world, 'drain', [{ ...message, receives }], SLICE);
    assert.deepEqual(response, { batchItemFailures: [{ itemIdentifier: message.id }] });
    assert.equal(process.calls.get('dial'), undefined);
    assert.ok(await world.drainOf('ann'));
  }
  const { response } = await invoke(world, 'drain', [{ ...message, receives: 3 }], SLICE);
  assert.deepEqual(response, { batchItemFailures: [] });
  assert.equal(await world.drainOf('ann'), undefined);
});

test('a slice whose lease was free again does its work when its message comes back', async () => {
  const { world, message } = await draining();
  await world.ledger.acquire(ANN, 'somebody', 1000);
  await invoke(world, 'drain', [message], SLICE);
  world.nowMs += 1000;
  await invoke(world, 'drain', [{ ...message, receives: 2 }], SLICE);
  assert.equal((await world.drainOf('ann'))?.slice, 2);
});

test('a drain that stores nothing twice in a row is given up, and somebody is told', async () => {
  const { world } = await draining();
  // Too short a time to fetch anything in.
  for (let slice = 0; slice < 2; slice += 1) {
    const message = slice === 0 ? undefined : world.drains.receive(1)[0];
    const drain = await world.drainOf('ann');
    const body = JSON.stringify({ kind: 'drain', account: 'ann', id: drain?.id, slice: drain?.slice });
    const due = message ?? { id: 'due', group: 'ann', body, receives: 1 };
    await invoke(world, 'drain', [due], { timeoutMs: 360, overMs: 2000 });
  }
  assert.equal(await world.drainOf('ann'), undefined);
  assert.equal(world.counts.get('DrainsStalled'), 1);
  assert.ok((await world.missing('ann')).length > 0);
});

test('a slice that finds nothing left ends the drain and gives the lease back', async () => {
  const { world, message } = await draining();
  world.serverOf('ann').messages = [];
  await invoke(world, 'drain', [message], SLICE);
  assert.equal(await world.drainOf('ann'), undefined);
  const { lease, progress } = await world.ledger.state(ANN);
  assert.equal(lease, undefined);
  assert.equal(progress?.backlog, 0, 'and what it found is written');
});

test('a mistake of ours brings the message back, and the drain stays where it is', async () => {
  const { world, message } = await draining();
  const drain = await world.drainOf('ann');
  world.servers.clear();
  const { response } = await invoke(world, 'drain', [message], SLICE);
  assert.deepEqual(response, { batchItemFailures: [{ itemIdentifier: message.id }] });
  assert.deepEqual(await world.drainOf('ann'), drain);
});

test('a slice that runs before its sending was noted goes on all the same', async () => {
  const { world, message } = await draining();
  const drain = await world.drainOf('ann');
  assert.ok(drain);
  const unsent = { ...drain, isSent: false };
  await world.directory.saveDrain(ANN, unsent, drain);
  // Whoever sent it was slow: he notes it while the slice is at work.
  const noteAt = 10;
  const { response } = await invoke(world, 'drain', [message], {
    ...SLICE,
    onStep: (step) => {
      if (step === noteAt) void world.directory.saveDrain(ANN, drain, unsent);
    },
  });
  assert.deepEqual(response, { batchItemFailures: [] });
  const next = await world.drainOf('ann');
  assert.deepEqual([next?.id, next?.slice, next?.isSent], [drain.id, 2, true]);
  assert.equal(
    world.drains.bodies.some((body) => body.includes('"slice":2')),
    true,
  );
});
