// Messages that are given out twice, one after the other or at the same time, with deaths at random in between: one chain, one
// session at a time, everything stored once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainMessage } from '../../../functions/messages.ts';
import { ANN } from '../../contract/sample-records.ts';
import { Turns } from '../../crash/model/turns.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { FetchWorld } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import { runWorld } from './run-world.ts';

const HOUR_MS = 3_600_000;
const MAILS = 16;

test('a message that is given out again after it was done changes nothing', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', MAILS);
  const startedAt = world.nowMs;
  const isOver = async (): Promise<boolean> => (await world.missing('ann')).length === 0;
  await runWorld(world, {
    until: startedAt + HOUR_MS,
    pollMs: 1300,
    sliceMs: 1300,
    isOver,
    again: () => true,
  });
  assert.deepEqual(world.accusations, []);
  assert.equal(world.blobs.writes.length, MAILS);
  assert.ok(world.nowMs - startedAt < 60_000, 'and holds nothing up');
  const slices = world.drainChanges.filter(({ drain }) => drain?.isSent === false).length;
  assert.equal(slices, world.counts.get('DrainSlices'), 'each slice is run once');
});

/** A drain whose first slice is due. */
async function withDrain(world: FetchWorld): Promise<DrainMessage> {
  await world.addAccount('ann', MAILS);
  world.sendPoll('ann');
  await invoke(world, 'poll', world.polls.receive(1), { timeoutMs: 1300 });
  const drain = await world.drainOf('ann');
  assert.ok(drain?.isSent);
  return { kind: 'drain', account: ANN, id: drain.id, slice: drain.slice };
}

test('a slice given to two at the same time never has two sessions, and goes on in one chain', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const world = new FetchWorld();
    const message = await withDrain(world);
    const body = JSON.stringify(message);
    const turns = new Turns({ seed, stickiness: 0.7, nap: null }, () => undefined);
    const both = [0, 1].map(
      async (who) =>
        await invoke(world, 'drain', [{ id: `twin-${who}`, group: 'ann', body, receives: 1 + who }], {
          timeoutMs: 1300,
          pause: async () => await turns.wait(who),
        }),
    );
    await turns.deal(both);
    const answers = await Promise.all(both);
    assert.deepEqual(world.accusations, [], `seed ${seed}`);
    assert.equal((await world.drainOf('ann'))?.slice, 2, `seed ${seed}`);
    const failures = answers.map(({ response }) => response?.batchItemFailures.length);
    assert.ok(failures.includes(0), `seed ${seed}: the one that ran is done`);
  }
});

test('polls, slices, deaths, failures and repetitions at random end in all mail stored once', async () => {
  const random = seededRandom();
  const chance = (of: number): boolean => random.between(0, 1) < of;
  const note = `MAILFERRY_SEED=${random.seed}`;
  for (let history = 0; history < 40; history += 1) {
    const world = new FetchWorld({ visibilityMs: chance(0.5) ? 200_000 : 5000 });
    await world.addAccount('ann', MAILS);
    await world.addAccount('bob', 3, { onServer: 'delete' });
    const startedAt = world.nowMs;
    await runWorld(world, {
      until: startedAt + 48 * HOUR_MS,
      pollMs: 1300,
      sliceMs: 1300,
      fateOf: () => {
        const moment = {
          side: chance(0.5) ? 'before' : 'after',
          step: Math.ceil(random.between(0, 50)),
        } as const;
        return { ...(chance(0.3) && { crash: moment }), ...(chance(0.2) && { fault: moment }) };
      },
      again: () => chance(0.2),
      isOver: async () => [...(await world.missing('ann')), ...(await world.missing('bob'))].length === 0,
    });
    assert.deepEqual(world.accusations, [], note);
    assert.equal(world.blobs.writes.length, MAILS + 3, note);
    assert.deepEqual(await world.missing('ann'), [], note);
  }
});
