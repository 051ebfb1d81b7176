// Batches of polls over mailboxes in memory: who is worked on, who is not, and what one account may do to the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../../lib/core/account.ts';
import { accountProgress, ANN } from '../../contract/sample-records.ts';
import { NO_QUIRKS } from '../../crash/model/quirks.ts';
import { FetchWorld } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import type { InvocationFate } from './invoke.ts';

/** A message for each account, all in one batch. */
async function poll(
  world: FetchWorld,
  ids: readonly string[],
  fate: InvocationFate = {},
): ReturnType<typeof invoke> {
  const messages = ids.map((account, index) => {
    const body = JSON.stringify({ kind: 'poll', account, tick: index });
    return { id: `m${index}`, group: account, body, receives: 1 };
  });
  return await invoke(world, 'poll', messages, fate);
}

const callsOf = (invocation: Awaited<ReturnType<typeof invoke>>): string[] => [
  ...invocation.process.calls.keys(),
];

test('a poll stores what is new; one that finds nothing reads the account once and writes nothing', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 3);
  assert.deepEqual((await poll(world, ['ann'])).response, { batchItemFailures: [] });
  assert.deepEqual(await world.missing('ann'), []);
  await poll(world, ['ann']);
  const quiet = await poll(world, ['ann']);
  const ledgerCalls = callsOf(quiet).filter((call) => /^(directory|ledger|lease|events|drains)/.test(call));
  assert.deepEqual(ledgerCalls, ['directory.view']);
  assert.equal(world.counts.get('PollsQuiet'), 2);
  assert.deepEqual((await world.ledger.runs(ANN, 9)).length, 1);
});

test('of several messages of one account in a batch one is acted on', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 3);
  const { process, response } = await poll(world, ['ann', 'ann', 'ann']);
  assert.deepEqual(response, { batchItemFailures: [] });
  assert.equal(process.calls.get('dial'), 1);
});

for (const reason of ['unknown', 'paused', 'leased', 'draining', 'suspended', 'backing-off'] as const) {
  test(`an account that is ${reason} is left alone, its message is done, and it is told`, async () => {
    const world = new FetchWorld();
    if (reason !== 'unknown') await world.addAccount('ann', 3, { paused: reason === 'paused' });
    if (reason === 'leased') await world.ledger.acquire(ANN, 'somebody', 60_000);
    if (reason === 'draining') {
      const drain = { id: 'd', slice: 1, isSent: true, at: world.nowMs, idleSlices: 0 };
      await world.directory.saveDrain(ANN, drain, undefined);
    }
    if (reason === 'suspended' || reason === 'backing-off') {
      const suspendedFor = reason === 'suspended' ? 'POP3_AUTH_FAILED' : undefined;
      const progress = accountProgress({ nextAttemptAt: world.nowMs + 60_000, suspendedFor });
      await world.ledger.saveProgress(ANN, progress, undefined);
      await world.directory.announced(ANN, progress.lastRunId);
    }
    const { process, response } = await poll(world, ['ann']);
    assert.deepEqual(response, { batchItemFailures: [] });
    assert.deepEqual([...process.calls.keys()], ['directory.view']);
    assert.equal(
      world.counts.get('PollsDropped'),
      reason === 'leased' || reason === 'draining' ? 1 : undefined,
    );
    assert.match(world.lines.at(-1) ?? '', new RegExp(`{"${reason}":1}`));
  });
}

test('in a batch of ten, the nine that are well are done, whatever becomes of the tenth', async () => {
  const world = new FetchWorld();
  const ids = Array.from({ length: 10 }, (_, index) => `acc-${index}`);
  for (const id of ids) await world.addAccount(id, 2);
  // Nobody is at its address: a mistake of whoever dials, as far as the function can tell.
  world.servers.delete('acc-4.example');
  const { response } = await poll(world, ids);
  assert.deepEqual(response, { batchItemFailures: [{ itemIdentifier: 'm4' }] });
  for (const id of ids.filter((id) => id !== 'acc-4')) assert.deepEqual(await world.missing(id), []);
});

test('an account whose server fails waits, and its message is done: the dispatcher comes again', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 2);
  world.serverOf('ann').quirks = { ...NO_QUIRKS, turnedAway: 1 };
  assert.deepEqual((await poll(world, ['ann'])).response, { batchItemFailures: [] });
  const { progress } = await world.ledger.state(ANN);
  assert.ok((progress?.nextAttemptAt ?? 0) > world.nowMs);
  assert.equal(world.counts.get('RunsStopped'), 1);
  assert.equal(await world.drainOf('ann'), undefined);
});

test('a failure that could not be written down is not forgotten by the queue', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 2);
  world.serverOf('ann').quirks = { ...NO_QUIRKS, turnedAway: 1 };
  const fault = { call: 'ledger.saveProgress', occurrence: 1, side: 'before' } as const;
  const { response } = await poll(world, ['ann'], { fault });
  assert.deepEqual(response, { batchItemFailures: [{ itemIdentifier: 'm0' }] });
});

test('a poll takes no more than its share, and leaves the rest to a drain', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 130);
  await poll(world, ['ann']);
  assert.equal((await world.missing('ann')).length, 30);
  const drain = await world.drainOf('ann');
  assert.deepEqual([drain?.slice, drain?.isSent], [1, true]);
  assert.equal(world.drains.bodies.length, 1);
});

test('an account that allows less in a run gets less', async () => {
  const world = new FetchWorld();
  const { limits } = await world.addAccount('ann', 0);
  await world.directory.apply({
    ...(await world.addAccount('bob', 5)),
    limits: { ...limits, runMessages: 2 },
  });
  world.nowMs += 1000;
  await poll(world, ['bob']);
  assert.equal((await world.missing('bob')).length, 3);
});

test('a poll whose time is up in the middle ends in good order, and a drain goes on', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 20);
  const { response } = await poll(world, ['ann'], { timeoutMs: 1300 });
  assert.deepEqual(response, { batchItemFailures: [] });
  const [run] = await world.ledger.runs(ANN, 1);
  assert.equal(run?.outcome, 'complete');
  assert.ok(run && run.counts.stored > 0 && run.counts.deferred > 0);
  assert.equal((await world.drainOf('ann'))?.isSent, true);
  assert.equal((await world.ledger.state('ann' as AccountId)).lease, undefined, 'the lease is given back');
});

test('a poll that has no time even to look begins a drain, which does not wait for what the poll made wait', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 5);
  await poll(world, ['ann'], { timeoutMs: 240, overMs: 1000 });
  const { progress } = await world.ledger.state(ANN);
  assert.ok((progress?.nextAttemptAt ?? 0) > world.nowMs);
  await invoke(world, 'drain', world.drains.receive(1));
  assert.deepEqual(await world.missing('ann'), []);
  assert.equal(await world.drainOf('ann'), undefined);
});
