// A dispatcher that dies at any step, before or after its effect, in random histories of ticks: no due poll is ever left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { slotOf } from '../../lib/core/schedule.ts';
import type { Account } from '../../lib/core/account.ts';
import type { Schedule } from '../../lib/core/schedule.ts';
import type { PollJob } from '../../lib/dispatch/poll-sender.ts';
import type { BulkJobQueue } from '../../lib/ports/work.ts';
import { manyAccounts } from '../contract/sample-accounts.ts';
import { dispatchWorld, overriding } from './dispatch-under-test.ts';
import type { DispatchWorld } from './dispatch-under-test.ts';
import { naiveDue } from './naive-times.ts';

const SCHEDULES: readonly Schedule[] = [
  { everyMinutes: 1 },
  { everyMinutes: 4 },
  { cron: '*/10 * * * *', timezone: 'Europe/Berlin' },
];

interface Turn {
  readonly gapMinutes: number;
  /** Dies at this step of the tick, if it has so many. */
  readonly crash: { readonly step: number; readonly afterEffect: boolean } | undefined;
}

const turns: fc.Arbitrary<Turn[]> = fc.array(
  fc.record({
    gapMinutes: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 30 })),
    crash: fc.option(fc.record({ step: fc.integer({ min: 1, max: 20 }), afterEffect: fc.boolean() }), {
      nil: undefined,
    }),
  }),
  { minLength: 1, maxLength: 15 },
);

test('whatever a dispatcher dies of, everybody is polled for every stretch of time he was due in', async () => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(turns, async (turns) => {
      const accounts = SCHEDULES.flatMap((schedule, n) => manyAccounts(`schedule-${n}`, 3, { schedule }));
      const world = await dispatchWorld(accounts);
      await world.tick();
      world.polls.take();
      const sent = new Set<string>();
      for (const { gapMinutes, crash } of [...turns, { gapMinutes: 1, crash: undefined }]) {
        world.minute += gapMinutes;
        const before = (await world.directory.lastTick()) ?? NaN;
        if (await dies(world, crash)) crashes += 1;
        const polls = world.polls.take();
        for (const poll of polls) sent.add(poll);
        if (crash === undefined) assert.equal(polls.length, new Set(polls).size, 'a poll was sent twice');
        const after = (await world.directory.lastTick()) ?? NaN;
        assert.ok(after === before || after === world.minute);
        for (const poll of duePolls(accounts, before, after)) assert.ok(sent.has(poll), `${poll} is missing`);
      }
      assert.equal(await world.directory.lastTick(), world.minute);
    }),
    { numRuns: 150 },
  );
  assert.ok(crashes > 100, `${crashes} crashes`);
});

/** @returns whether it died */
async function dies(world: DispatchWorld, crash: Turn['crash']): Promise<boolean> {
  let steps = 0;
  const step = async <T>(effect: () => Promise<T>): Promise<T> => {
    steps += 1;
    if (crash?.step === steps && !crash.afterEffect) throw new Error('crash');
    const result = await effect();
    if (crash?.step === steps) throw new Error('crash');
    return result;
  };
  const { directory } = world;
  const polls: BulkJobQueue<PollJob> = {
    enqueue: async (job) => await world.polls.enqueue(job),
    enqueueAll: async (jobs) => await step(async () => await world.polls.enqueueAll(jobs)),
  };
  const stepped = overriding(directory, {
    lastTick: async () => await step(async () => await directory.lastTick()),
    schedules: async () => await step(async () => await directory.schedules()),
    saveTick: async (minute, before) => await step(async () => await directory.saveTick(minute, before)),
    async *inSlot(slot) {
      for await (const account of directory.inSlot(slot)) yield await step(async () => account);
    },
  });
  try {
    await world.tick({ directory: stepped, polls });
    return false;
  } catch (error) {
    assert.ok(error instanceof Error && error.message === 'crash');
    return true;
  }
}

function duePolls(accounts: readonly Account[], after: number, until: number): string[] {
  return accounts.flatMap(({ id, schedule }) => {
    const minute = naiveDue(schedule, after, until).get(slotOf(id, schedule, false));
    return minute === undefined ? [] : [`${id}@${minute}`];
  });
}
