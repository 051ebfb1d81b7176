// Accounts that failed: tried again when their back-off is over, and not with their next turn only, which may be a day away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import { cronSlot } from '../../lib/core/schedule.ts';
import type { DispatchReport } from '../../lib/dispatch/dispatch-report.ts';
import { suspendedProgress, wellProgress } from '../contract/account-directory-under-test.ts';
import { manyAccounts, sampleAccount } from '../contract/sample-accounts.ts';
import { ANN } from '../contract/sample-records.ts';
import { DAY_MINUTES, dispatchWorld, HOUR_MS, MINUTE_MS, MONDAY, overriding } from './dispatch-under-test.ts';
import type { DispatchWorld } from './dispatch-under-test.ts';

const NIGHTLY = { schedule: { cron: '0 3 * * *', timezone: 'UTC' } };
const SLOTS = [0, 1, 2, 3, 4].map((delay) => cronSlot('0 3 * * *', 'UTC', delay));
const THREE = MONDAY + 3 * 60;

async function save(world: DispatchWorld, progress: AccountProgress): Promise<void> {
  assert.equal(await world.ledger.saveProgress(ANN, progress, undefined), 'saved');
}

function failed(nextAttemptAt: number, changes: Partial<AccountProgress> = {}): AccountProgress {
  return suspendedProgress({ nextAttemptAt, suspendedFor: undefined, ...changes });
}

/** A tick each minute until `end`. @returns the minutes in which somebody was polled */
async function pass(world: DispatchWorld, end: number): Promise<number[]> {
  const polled: number[] = [];
  for (; world.minute < end; world.minute += 1) {
    await world.tick();
    for (const poll of world.polls.take()) {
      assert.equal(poll, `ann@${world.minute}`);
      polled.push(world.minute);
    }
  }
  return polled;
}

/** The nightly account in the minute after its turn, in which it failed: its back-off has yet to be written. */
async function afterTurn(): Promise<DispatchWorld & { readonly turn: number }> {
  const world = await dispatchWorld([sampleAccount(NIGHTLY)]);
  world.minute = THREE - 1;
  const [turn = NaN, ...others] = await pass(world, THREE + 5);
  assert.deepEqual(others, []);
  return Object.assign(world, { turn });
}

test('a nightly account that failed is polled again when its back-off is over, once, and with its next turn', async () => {
  const world = await afterTurn();
  const at = (world.minute + 10) * MINUTE_MS + 25_000;
  await save(world, failed(at));
  const polled = await pass(world, world.turn + DAY_MINUTES + 1);
  assert.deepEqual(polled, [Math.floor(at / MINUTE_MS) + 1, world.turn + DAY_MINUTES]);
});

test('each failure is one attempt more, and a success the last', async () => {
  const world = await afterTurn();
  const attempts: number[] = [];
  for (const backOffMinutes of [1, 2, 4, 8]) {
    await save(world, failed((world.minute + backOffMinutes) * MINUTE_MS));
    const polled = await pass(world, world.minute + backOffMinutes + 2);
    attempts.push(polled.length);
  }
  assert.deepEqual(attempts, [1, 1, 1, 1]);
  await save(world, failed((world.minute + 5) * MINUTE_MS));
  await save(world, wellProgress());
  assert.deepEqual(await pass(world, world.minute + 60), []);
});

test('an attempt is sent when its poll finds the back-off over, by a clock that is a little behind too', async () => {
  for (let second = 0; second < 60; second += 1) {
    const world = await afterTurn();
    const at = world.minute * MINUTE_MS + second * 1000;
    await save(world, failed(at));
    const [sent = NaN, ...others] = await pass(world, world.minute + 5);
    assert.deepEqual(others, []);
    assert.ok(sent * MINUTE_MS >= at + 10_000 && sent * MINUTE_MS < at + 70_000, `${second} s`);
  }
});

test('a wrong password is tried again when its suspension is over, and no sooner', async () => {
  const world = await afterTurn();
  const at = world.minute * MINUTE_MS + HOUR_MS;
  await save(world, failed(at, { suspendedFor: 'POP3_AUTH_FAILED' }));
  assert.deepEqual(await pass(world, world.minute + 180), [at / MINUTE_MS + 1]);
});

test('attempts are counted, apart from the turns that were due', async () => {
  const world = await afterTurn();
  await save(world, failed(world.minute * MINUTE_MS - 20_000));
  const { due, sent, retried }: DispatchReport = await world.tick();
  assert.deepEqual([due, sent, retried], [0, 1, 1]);
});

test('after an outage of the dispatcher everybody whose back-off ended in it is tried, up to a day later', async () => {
  for (const [lateMinutes, isTried] of [
    [100, true],
    [DAY_MINUTES - 10, true],
    [3 * DAY_MINUTES, false],
  ] as const) {
    const world = await afterTurn();
    // A week until its turn: without one in the outage.
    await world.directory.apply(sampleAccount({ schedule: { cron: '0 2 * * 1', timezone: 'UTC' } }));
    await save(world, failed((world.minute + 1) * MINUTE_MS, { lastRunId: 'after the change' }));
    world.minute += lateMinutes;
    const report = await world.tick();
    assert.equal(report.retried, isTried ? 1 : 0, `${lateMinutes} minutes`);
    assert.deepEqual(world.polls.take(), isTried ? [`ann@${world.minute}`] : []);
    assert.deepEqual(await pass(world, world.minute + 60), []);
  }
});

test('a tick that is not saved has its attempts repeated, and one that cannot find them keeps no turn waiting', async () => {
  const world = await dispatchWorld(manyAccounts('account', 3, { schedule: { everyMinutes: 1 } }));
  await world.directory.saveTick(world.minute - 1, undefined);
  const directory = overriding(world.directory, {
    retriesDue: () => {
      throw new Error('no index');
    },
  });
  await assert.rejects(world.tick({ directory }), { message: 'no index' });
  assert.equal(world.polls.take().length, 3);
  assert.equal(await world.directory.lastTick(), MONDAY - 1);

  await world.directory.apply(sampleAccount({ ...NIGHTLY, id: ANN }));
  await save(world, failed(MONDAY * MINUTE_MS - 11_000, { lastRunId: 'after the change' }));
  const unsaved = overriding(world.directory, {
    saveTick: async () => {
      throw new Error('no table');
    },
  });
  await assert.rejects(world.tick({ directory: unsaved }), { message: 'no table' });
  assert.ok(world.polls.take().includes(`ann@${MONDAY}`));
  world.minute += 1;
  assert.equal((await world.tick()).retried, 1);
});

test('a tick that is noted in parts has each attempt once, and none behind what is noted', async () => {
  const world = await dispatchWorld([sampleAccount({ schedule: { everyMinutes: 15 } })]);
  await world.directory.saveTick(MONDAY, undefined);
  await save(world, failed((MONDAY + 7) * MINUTE_MS));
  world.minute += 100;
  const noted: number[] = [];
  const directory = overriding(world.directory, {
    async *inSlot(slot) {
      const account = { slot, appliedAt: 0, nextAttemptAt: undefined, suspendedFor: undefined };
      for (let n = 0; n < 5000; n += 1)
        yield { ...account, id: `${slot}/${n}` as typeof ANN, lastSuccessAt: world.minute * MINUTE_MS };
    },
    saveTick: async (minute, before) => {
      noted.push(world.polls.take().filter((poll) => poll.startsWith('ann@')).length);
      return await world.directory.saveTick(minute, before);
    },
  });
  assert.equal((await world.tick({ directory })).retried, 1);
  assert.ok(noted.length > 3);
  assert.deepEqual(noted, [1, ...noted.slice(1).fill(0)]);
});

test('a slot that cannot be read keeps no attempt waiting', async () => {
  const world = await afterTurn();
  await save(world, failed(world.minute * MINUTE_MS));
  world.minute = world.turn + DAY_MINUTES;
  const directory = overriding(world.directory, {
    inSlot: (slot) => {
      assert.ok(SLOTS.includes(slot));
      throw new Error('unreadable');
    },
  });
  await assert.rejects(world.tick({ directory }), { message: 'unreadable' });
  assert.deepEqual(world.polls.take(), [`ann@${world.minute}`]);
});
