// Accounts that stop succeeding: counted in every tick they are due in, told of once a day, and at once when it begins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAccount } from '../contract/sample-accounts.ts';
import { wellProgress } from '../contract/account-directory-under-test.ts';
import { ANN } from '../contract/sample-records.ts';
import { DAY_MINUTES, dispatchWorld, HOUR_MS, MINUTE_MS, MONDAY, overriding } from './dispatch-under-test.ts';
import type { DispatchWorld } from './dispatch-under-test.ts';

const SIX_HOURS = { staleMs: 6 * HOUR_MS };
const EVERY_15 = sampleAccount({ schedule: { everyMinutes: 15 } });

/** A tick each `step` minutes. @returns those in which the account was due, and whether it was stale then */
async function pass(
  world: DispatchWorld,
  minutes: number,
  step = 1,
): Promise<[minute: number, isStale: boolean][]> {
  const seen: [number, boolean][] = [];
  for (const end = world.minute + minutes; world.minute < end; world.minute += step) {
    const { due, stale } = await world.tick();
    if (due > 0) seen.push([world.minute, stale > 0]);
  }
  return seen;
}

async function succeed(world: DispatchWorld): Promise<void> {
  const progress = wellProgress({ lastSuccessAt: world.minute * MINUTE_MS });
  await world.ledger.saveProgress(ANN, progress, undefined);
}

function days({ events }: DispatchWorld): string[] {
  return events.events.map(({ id }) => id.replace('account.stale/ann/', ''));
}

test('an account that never succeeds is stale from a time on, and told of then and with each new day', async () => {
  const world = await dispatchWorld([EVERY_15], SIX_HOURS);
  const seen = await pass(world, 3 * DAY_MINUTES);
  const firstStale = seen.find(([, isStale]) => isStale)?.[0] ?? 0;
  assert.ok(firstStale >= MONDAY + 360 && firstStale < MONDAY + 360 + 15);
  assert.ok(seen.every(([minute, isStale]) => isStale === minute >= firstStale));
  assert.deepEqual(days(world), ['2026-06-15', '2026-06-16', '2026-06-17']);
  const [first, second] = world.events.events;
  assert.equal(first?.time, new Date(firstStale * MINUTE_MS).toISOString());
  assert.ok(Date.parse(second?.time ?? '') < (MONDAY + DAY_MINUTES + 15) * MINUTE_MS);
  assert.deepEqual(first?.data, { account: ANN, lastSuccessAt: null });
});

test('an account that is well is never stale, and one that recovers is told of no more', async () => {
  const world = await dispatchWorld([EVERY_15], SIX_HOURS);
  for (let hour = 0; hour < 24; hour += 1) {
    await succeed(world);
    assert.ok((await pass(world, 60)).every(([, isStale]) => !isStale));
  }
  await pass(world, 7 * 60);
  assert.deepEqual(days(world), ['2026-06-16']);
  const lastSuccessAt = new Date((MONDAY + 23 * 60) * MINUTE_MS).toISOString();
  assert.deepEqual(world.events.events[0]?.data, { account: ANN, lastSuccessAt });
  await succeed(world);
  assert.ok((await pass(world, 5 * 60)).every(([, isStale]) => !isStale));
  assert.equal(days(world).length, 1);
});

test('an account that was changed has as long again', async () => {
  const world = await dispatchWorld([EVERY_15], SIX_HOURS);
  await pass(world, 5 * 60);
  await world.directory.apply({ ...EVERY_15, user: 'another@example.com' });
  assert.ok((await pass(world, 6 * 60)).every(([, isStale]) => !isStale));
  assert.equal((await pass(world, 60)).filter(([, isStale]) => isStale).length > 0, true);
});

test('an account that is polled once a week is not stale because a week has passed', async () => {
  const schedule = { cron: '0 9 * * 1', timezone: 'Europe/Berlin' };
  const world = await dispatchWorld([sampleAccount({ schedule })], SIX_HOURS);
  for (let week = 0; week < 3; week += 1) {
    const seen = await pass(world, 7 * DAY_MINUTES, 60);
    assert.deepEqual(
      seen.map(([, isStale]) => isStale),
      [false],
    );
    world.minute -= 7 * DAY_MINUTES - 10 * 60;
    await succeed(world);
    world.minute += 7 * DAY_MINUTES - 10 * 60;
  }
  const missed = await pass(world, 14 * DAY_MINUTES, 60);
  assert.deepEqual(
    missed.map(([, isStale]) => isStale),
    [false, true],
  );
});

for (const [name, schedule, turnHours] of [
  ['twice a day', { everyMinutes: 720 }, 12],
  ['each day', { everyMinutes: DAY_MINUTES }, 24],
  ['each night', { cron: '0 3 * * *', timezone: 'UTC' }, 24],
] as const) {
  test(`an account polled ${name} is stale at the second turn at the latest that comes 26 hours after its last success`, async () => {
    const world = await dispatchWorld([sampleAccount({ schedule })], { staleMs: 26 * HOUR_MS });
    const [first] = await pass(world, DAY_MINUTES);
    const success = first?.[0] ?? 0;
    await world.ledger.saveProgress(
      ANN,
      wellProgress({ lastSuccessAt: success * MINUTE_MS + 30_000 }),
      undefined,
    );
    const seen = await pass(world, 4 * DAY_MINUTES);
    const stale = seen.filter(([, isStale]) => isStale).map(([minute]) => (minute - success) / 60);
    const turns = seen.map(([minute]) => (minute - success) / 60);
    assert.equal(stale[0], Math.ceil(26 / turnHours) * turnHours);
    assert.deepEqual(
      stale,
      turns.filter((hours) => hours > 26),
    );
  });
}

test('accounts that are well are not stale because nobody dispatched for days, whatever the age of their marks', async () => {
  for (const [markMinutes, awayHours] of [0, 15, 30, 45, 59].flatMap(
    (age) =>
      [
        [age, 20],
        [age, 50],
      ] as const,
  )) {
    const world = await dispatchWorld([EVERY_15], SIX_HOURS);
    await pass(world, 60);
    const lastSuccessAt = (world.minute - markMinutes) * MINUTE_MS;
    await world.ledger.saveProgress(ANN, wellProgress({ lastSuccessAt }), undefined);
    world.minute += awayHours * 60;
    const seen = await pass(world, 15);
    assert.ok(
      seen.length > 0 && !seen[0]?.[1],
      `${awayHours} hours, a mark of ${markMinutes} minutes before`,
    );
  }
});

test('a tick that is repeated tells the same event again, by the same id', async () => {
  const world = await dispatchWorld([EVERY_15], SIX_HOURS);
  await pass(world, 355);
  const directory = overriding(world.directory, {
    saveTick: async () => {
      throw new Error('no table');
    },
  });
  for (const end = world.minute + 30; world.minute < end; world.minute += 1)
    await assert.rejects(world.tick({ directory }), { message: 'no table' });
  await pass(world, 60);
  assert.ok(days(world).length > 1);
  assert.deepEqual(new Set(days(world)), new Set(['2026-06-15']));
});

test('a time of success from the far future hides nothing', async () => {
  const world = await dispatchWorld([EVERY_15], SIX_HOURS);
  const lastSuccessAt = (MONDAY + 365 * DAY_MINUTES) * MINUTE_MS;
  await world.ledger.saveProgress(ANN, wellProgress({ lastSuccessAt }), undefined);
  await pass(world, 8 * 60);
  assert.deepEqual(days(world), ['2026-06-15']);
});

test('events that cannot be published keep no mail waiting, and are told of with the tick', async () => {
  const world = await dispatchWorld([EVERY_15], SIX_HOURS);
  const failure = new Error('no bus');
  world.events.fault = () => {
    throw failure;
  };
  const failures: unknown[] = [];
  for (const end = MONDAY + 2 * DAY_MINUTES; world.minute < end; world.minute += 1) {
    const { outcome, due, sent, eventsFailure } = await world.tick();
    assert.deepEqual([outcome, sent], ['saved', due]);
    if (eventsFailure !== undefined) failures.push(eventsFailure);
  }
  assert.deepEqual(failures, [failure, failure]);
});

test('without a sink the counts are all there is', async () => {
  const world = await dispatchWorld([EVERY_15], { staleMs: 1 });
  world.minute += DAY_MINUTES;
  await world.tick();
  world.minute += 15;
  const report = await world.tick({ events: undefined });
  assert.deepEqual([report.stale, report.eventsFailure], [1, undefined]);
  assert.equal(report.oldestSuccessAgeMs, (DAY_MINUTES + 15) * MINUTE_MS + 7000);
});
