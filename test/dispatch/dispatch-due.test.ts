// A tick: whose polls are sent, whose are not, and what is noted when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import { everySlot } from '../../lib/core/schedule.ts';
import { suspendedProgress, wellProgress } from '../contract/account-directory-under-test.ts';
import { manyAccounts } from '../contract/sample-accounts.ts';
import { DAY_MINUTES, dispatchWorld, HOUR_MS, MINUTE_MS, MONDAY, overriding } from './dispatch-under-test.ts';

const EVERY_MINUTE = { schedule: { everyMinutes: 1 } };

test('who is due is polled, once a minute that is his, and nobody else is', async () => {
  const often = manyAccounts('often', 3, EVERY_MINUTE);
  const paused = manyAccounts('paused', 2, { ...EVERY_MINUTE, paused: true });
  const slow = manyAccounts('slow', 30, { schedule: { everyMinutes: 15 } });
  const world = await dispatchWorld([...often, ...paused, ...slow]);
  const polled = new Map<string, number>();
  for (let tick = 0; tick < 60; tick += 1) {
    world.minute = MONDAY + tick;
    const report = await world.tick();
    const sent = world.polls.take();
    assert.deepEqual([report.outcome, report.due, report.sent], ['saved', sent.length, sent.length]);
    for (const poll of sent) {
      const [id = '', minute] = poll.split('@');
      assert.equal(Number(minute), world.minute);
      polled.set(id, (polled.get(id) ?? 0) + 1);
    }
    assert.equal((await world.tick()).outcome, 'nothing');
    assert.deepEqual(world.polls.take(), []);
  }
  assert.equal(polled.size, 33);
  for (const { id } of often) assert.equal(polled.get(id), 60);
  for (const { id } of slow) assert.equal(polled.get(id), 4);
});

test('who waits after failures is left alone until his time, and counted', async () => {
  const world = await dispatchWorld(manyAccounts('account', 5, EVERY_MINUTE));
  const now = MONDAY * MINUTE_MS;
  const save = async (n: number, progress: AccountProgress): Promise<void> => {
    await world.ledger.saveProgress(`account-${n}` as AccountId, progress, undefined);
  };
  await save(0, wellProgress());
  await save(1, suspendedProgress({ nextAttemptAt: now + HOUR_MS }));
  await save(2, suspendedProgress({ nextAttemptAt: now + HOUR_MS, suspendedFor: undefined }));
  await save(3, suspendedProgress({ nextAttemptAt: now }));
  await save(4, suspendedProgress({ nextAttemptAt: now + 365 * 24 * HOUR_MS }));
  const report = await world.tick();
  assert.deepEqual([report.due, report.sent, report.waiting, report.suspended], [5, 3, 1, 1]);
  const sent = ['account-0', 'account-3', 'account-4'].map((id) => `${id}@${MONDAY}`);
  assert.deepEqual(world.polls.take(), sent);

  await world.directory.resume('account-1' as AccountId);
  world.minute += 1;
  // account-3 has its turn, and the end of its back-off too: SQS tells that the two polls are one by the minute.
  const next = await world.tick();
  assert.deepEqual([next.due, next.sent, next.retried], [5, 5, 1]);
  assert.equal(new Set(world.polls.take()).size, 4);
});

test('after an outage everybody is polled once, with the minute he was due at last', async () => {
  const world = await dispatchWorld(manyAccounts('account', 40));
  await world.tick();
  world.polls.take();
  world.minute += 200;
  const report = await world.tick();
  const sent = world.polls.take();
  assert.equal(new Set(sent.map((poll) => poll.split('@')[0])).size, 40);
  assert.equal(sent.length, 40);
  assert.ok(sent.every((poll) => Number(poll.split('@')[1]) > world.minute - 15));
  assert.deepEqual([report.lateMinutes, report.missedMinutes, report.slots], [199, 0, 15]);
});

test('a queue that fails leaves the tick undone, and the next one takes it up', async () => {
  const world = await dispatchWorld(manyAccounts('account', 4, EVERY_MINUTE));
  world.polls.fault = () => {
    throw new Error('no queue');
  };
  await assert.rejects(world.tick(), { message: 'no queue' });
  assert.equal(await world.directory.lastTick(), undefined);
  world.polls.fault = () => {};
  assert.equal((await world.tick()).sent, 4);
});

test('a slot that cannot be read keeps nobody else waiting, and is not forgotten', async () => {
  const accounts = manyAccounts('account', 60);
  const world = await dispatchWorld(accounts);
  await world.tick();
  world.polls.take();
  world.minute += 15;
  const bad = everySlot(15, (world.minute - 7) % 15);
  const { directory } = world;
  const broken = overriding(directory, {
    inSlot: (slot) => {
      if (slot === bad) throw new Error('unreadable');
      return directory.inSlot(slot);
    },
  });
  await assert.rejects(world.tick({ directory: broken }), { message: 'unreadable' });
  const [sent, lost] = [world.polls.take(), accounts.length];
  assert.ok(sent.length > 0 && sent.length < lost);
  assert.equal(await directory.lastTick(), MONDAY);
  await world.tick();
  const repeated = world.polls.take();
  assert.equal(repeated.length, 60);
  assert.deepEqual(
    repeated.filter((poll) => sent.includes(poll)),
    sent,
    'what is repeated is told by the same minute',
  );
});

test('who was read before a slot failed is polled, and so is everybody after an account that cannot be read', async () => {
  const world = await dispatchWorld(manyAccounts('account', 4, EVERY_MINUTE));
  const { directory } = world;
  const breaking = overriding(directory, {
    async *inSlot(slot) {
      let read = 0;
      for await (const account of directory.inSlot(slot)) {
        if ((read += 1) > 2) throw new Error('cut off');
        yield account;
      }
    },
  });
  await assert.rejects(world.tick({ directory: breaking }), { message: 'cut off' });
  assert.equal(world.polls.take().length, 2);
  assert.equal(await directory.lastTick(), undefined);

  const failure = new Error('no such attribute');
  const damaged = overriding(directory, {
    async *inSlot(slot, unreadable) {
      for await (const account of directory.inSlot(slot)) {
        if (account.id === 'account-1') unreadable?.(failure);
        else yield account;
      }
    },
  });
  const { outcome, due, sent, unreadable, unreadableFailure } = await world.tick({ directory: damaged });
  assert.deepEqual([outcome, due, sent, unreadable], ['saved', 3, 3, 1]);
  assert.equal(unreadableFailure, failure);
});

test('another dispatcher that was faster is left to do the rest', async () => {
  const world = await dispatchWorld(manyAccounts('account', 2, EVERY_MINUTE));
  world.polls.fault = () => void world.directory.saveTick(world.minute, undefined);
  assert.equal((await world.tick()).outcome, 'stale');
  assert.equal(await world.directory.lastTick(), MONDAY);
});

test('a directory nobody is in is no failure', async () => {
  const world = await dispatchWorld([]);
  const { outcome, due, oldestSuccessAgeMs } = await world.tick();
  assert.deepEqual([outcome, due, oldestSuccessAgeMs], ['saved', 0, 0]);
  world.minute += 3 * DAY_MINUTES;
  assert.equal((await world.tick()).outcome, 'saved');
});
