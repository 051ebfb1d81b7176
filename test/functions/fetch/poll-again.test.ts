// A poll whose message comes again: because it failed, or died, and left no trace.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FetchWorld } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import { runWorld, TICK_MS } from './run-world.ts';

test('a mistake of ours that lasts ends among the dead letters of a drain, whatever the account has to wait for', async () => {
  const world = new FetchWorld({ maxReceives: 4 });
  await world.addAccount('ann', 2);
  world.servers.delete('ann.example');
  world.sendPoll('ann');
  for (const kind of ['poll', 'drain'] as const) {
    const queue = kind === 'poll' ? world.polls : world.drains;
    for (let receive = 0; receive < 5; receive += 1) {
      await invoke(world, kind, queue.receive(1));
      // The account's own wait is longer by then.
      world.nowMs = (queue.nextAt ?? world.nowMs) + 1;
    }
  }
  assert.deepEqual([world.polls.dead, world.polls.bodies], [[], []]);
  const [dead, ...others] = world.drains.dead;
  assert.equal(dead?.receives, 4);
  assert.deepEqual(others, []);
  assert.equal(world.counts.get('RunsStopped'), 2 + 4);
});

test('an account whose polls die over the list of its mailbox, and so leave no trace, is given to a drain', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', 3);
  const startedAt = world.nowMs;
  const crash = { call: 'ledger.find', occurrence: 1, side: 'before' } as const;
  await runWorld(world, {
    until: startedAt + TICK_MS,
    fateOf: (_number, kind) => (kind === 'poll' ? { crash } : {}),
    isOver: async () => (await world.missing('ann')).length === 0,
  });
  assert.deepEqual(await world.missing('ann'), []);
  assert.deepEqual(world.polls.dead, []);
  assert.ok(world.lines.some((line) => line.startsWith('a poll fails again and again')));
  assert.equal(await world.drainOf('ann'), undefined);
});
