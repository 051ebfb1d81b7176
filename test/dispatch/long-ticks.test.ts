// Ticks with more polls than fit in memory, or in the time a dispatcher has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import { everySlot } from '../../lib/core/schedule.ts';
import type { Slot } from '../../lib/core/schedule.ts';
import type { ScheduledAccount } from '../../lib/ports/directory.ts';
import { sampleAccount } from '../contract/sample-accounts.ts';
import { dispatchWorld, MINUTE_MS, MONDAY, overriding } from './dispatch-under-test.ts';

const EVERY_MINUTE = { schedule: { everyMinutes: 1 } };

test('a slot of any size is read and sent in parts', async () => {
  const world = await dispatchWorld([sampleAccount(EVERY_MINUTE)]);
  let [read, mostAhead, sent] = [0, 0, 0];
  const directory = overriding(world.directory, {
    async *inSlot(slot) {
      for (; read < 20_000; read += 1) {
        mostAhead = Math.max(mostAhead, read - sent);
        yield scheduled(`account-${read}`, slot);
      }
    },
  });
  world.polls.fault = () => (sent = read);
  const report = await world.tick({ directory });
  assert.equal(report.sent, 20_000);
  assert.ok(mostAhead <= 500, `${mostAhead} in memory`);
  assert.ok(world.polls.batches.every(({ length }) => length <= 500));
});

test('a long tick notes how far it came, so that one that is killed need not begin again', async () => {
  const world = await dispatchWorld([sampleAccount()]);
  const directory = overriding(world.directory, {
    async *inSlot(slot) {
      for (let n = 0; n < 4000; n += 1) yield scheduled(`${slot.replaceAll('/', '-')}-${n}`, slot);
    },
  });
  await world.directory.saveTick(MONDAY, undefined);
  world.minute += 100;
  let batches = 0;
  world.polls.fault = () => {
    if ((batches += 1) > 60) throw new Error('killed');
  };
  await assert.rejects(world.tick({ directory }), { message: 'killed' });
  const reached = (await world.directory.lastTick()) ?? 0;
  // 30,000 polls were sent, of slots with 4,000 each; every third is noted.
  assert.equal(reached, world.minute - 15 + 6);
  const first = new Set(world.polls.take());
  world.polls.fault = () => {};
  await world.tick({ directory });
  const second = world.polls.take();
  assert.equal(new Set([...first, ...second]).size, 60_000);
  assert.equal(second.length, 36_000);
});

test('a minute is noted only when all its slots are done', async () => {
  const world = await dispatchWorld([
    sampleAccount(),
    sampleAccount({ id: 'bob' as AccountId, schedule: { everyMinutes: 5 } }),
  ]);
  await world.directory.saveTick(MONDAY, undefined);
  world.minute += 15;
  // Both of one minute, which is not the last.
  const large = [everySlot(15, (world.minute - 1) % 15), everySlot(5, (world.minute - 1) % 5)];
  const directory = overriding(world.directory, {
    async *inSlot(slot) {
      const count = large.includes(slot) ? 10_000 : 0;
      for (let n = 0; n < count; n += 1) yield scheduled(`${slot.replaceAll('/', '-')}-${n}`, slot);
    },
  });
  let batches = 0;
  world.polls.fault = () => {
    if ((batches += 1) > 25) throw new Error('killed');
  };
  await assert.rejects(world.tick({ directory }), { message: 'killed' });
  assert.equal(await world.directory.lastTick(), MONDAY);
  const first = world.polls.take();
  world.polls.fault = () => {};
  await world.tick({ directory });
  assert.equal(new Set([...first, ...world.polls.take()]).size, 20_000);
});

function scheduled(id: string, slot: Slot): ScheduledAccount {
  const appliedAt = MONDAY * MINUTE_MS;
  const never = { nextAttemptAt: undefined, suspendedFor: undefined, lastSuccessAt: undefined };
  return { id: id as AccountId, slot, appliedAt, ...never };
}
