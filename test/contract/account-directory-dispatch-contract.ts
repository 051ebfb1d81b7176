// What every AccountDirectory promises a dispatcher: who is in a slot, which schedules there are, and its own cursor.

import assert from 'node:assert/strict';
import { everySlot, PAUSED_SLOT, slotOf } from '../../lib/core/schedule.ts';
import type { Schedule } from '../../lib/core/schedule.ts';
import { sorted, suspendedProgress } from './account-directory-under-test.ts';
import type { DirectoryCheck } from './account-directory-under-test.ts';
import { manyAccounts, sampleAccount } from './sample-accounts.ts';
import { ANN, BOB } from './sample-records.ts';

const CRON: Schedule = { cron: '0 3 * * *', timezone: 'Europe/Berlin' };

export function testDispatch(check: DirectoryCheck): void {
  testSlots(check);
  testCursor(check);
}

function testSlots(check: DirectoryCheck): void {
  check('a slot shows its accounts with what decides about a poll, and no others', async (subject) => {
    const { directory, ledger, clock } = subject;
    await directory.apply(sampleAccount({ schedule: CRON }));
    await directory.apply(sampleAccount({ id: BOB }));
    const [ann, bob] = [slotOf(ANN, CRON, false), slotOf(BOB, { everyMinutes: 15 }, false)];
    const bare = { appliedAt: clock.nowMs, nextAttemptAt: undefined };
    const never = { ...bare, suspendedFor: undefined, lastSuccessAt: undefined };
    assert.deepEqual(await sorted(directory.inSlot(ann)), [{ id: ANN, slot: ann, ...never }]);
    assert.deepEqual(await sorted(directory.inSlot(bob)), [{ id: BOB, slot: bob, ...never }]);

    await ledger.saveProgress(ANN, suspendedProgress(), undefined);
    const { nextAttemptAt, suspendedFor, lastSuccessAt } = suspendedProgress();
    const waits = { id: ANN, slot: ann, appliedAt: clock.nowMs, nextAttemptAt, suspendedFor, lastSuccessAt };
    assert.deepEqual(await sorted(directory.inSlot(ann)), [waits]);
    assert.deepEqual(await sorted(directory.list()), [waits, { id: BOB, slot: bob, ...never }]);
  });

  check('all slots of a schedule together show each of its accounts once', async ({ directory }) => {
    const accounts = manyAccounts('account', 60, { schedule: { everyMinutes: 7 } });
    for (const account of accounts) await directory.apply(account);
    const seen: string[] = [];
    for (let phase = 0; phase < 7; phase += 1) {
      for await (const { id } of directory.inSlot(everySlot(7, phase))) seen.push(id);
    }
    assert.deepEqual(seen.sort(), accounts.map(({ id }) => id).sort());
    assert.deepEqual((await sorted(directory.list())).map(({ id }) => id).sort(), seen);
  });

  check('another schedule is another slot, and a paused account is in none that is due', async (subject) => {
    const { directory } = subject;
    const [every, cron] = [slotOf(ANN, { everyMinutes: 15 }, false), slotOf(ANN, CRON, false)];
    const slots = [every, cron, PAUSED_SLOT];
    const where = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const slot of slots) if ((await sorted(directory.inSlot(slot))).length > 0) found.push(slot);
      return found;
    };
    await directory.apply(sampleAccount());
    assert.deepEqual(await where(), [every]);
    await directory.apply(sampleAccount({ schedule: CRON }));
    assert.deepEqual(await where(), [cron]);
    await directory.apply(sampleAccount({ schedule: CRON, paused: true }));
    assert.deepEqual(await where(), [PAUSED_SLOT]);
    await directory.apply(sampleAccount());
    assert.deepEqual(await where(), [every]);
  });

  check('every schedule that an account has is known, once', async ({ directory }) => {
    assert.deepEqual(await directory.schedules(), []);
    const paused = sampleAccount({ paused: true, schedule: { everyMinutes: 1440 } });
    await directory.apply(paused);
    for (const account of manyAccounts('often', 5, { schedule: { everyMinutes: 1 } }))
      await directory.apply(account);
    for (const account of manyAccounts('nightly', 5, { schedule: CRON })) await directory.apply(account);
    const known = (): Promise<string[]> =>
      directory.schedules().then((all) => all.map((schedule) => JSON.stringify(schedule)).sort());
    assert.deepEqual(await known(), [CRON, { everyMinutes: 1 }].map((one) => JSON.stringify(one)).sort());
    await directory.apply({ ...paused, paused: false });
    assert.equal((await known()).length, 3);
  });
}

function testCursor(check: DirectoryCheck): void {
  check('the cursor goes on only from where it is', async ({ directory }) => {
    assert.equal(await directory.lastTick(), undefined);
    assert.equal(await directory.saveTick(28_000_000, 27_999_999), 'stale');
    assert.equal(await directory.lastTick(), undefined);
    assert.equal(await directory.saveTick(28_000_000, undefined), 'saved');
    assert.equal(await directory.saveTick(28_000_001, undefined), 'stale');
    assert.equal(await directory.saveTick(28_000_007, 28_000_000), 'saved');
    assert.equal(await directory.saveTick(28_000_008, 28_000_000), 'stale');
    assert.equal(await directory.lastTick(), 28_000_007);
    assert.equal(await directory.saveTick(27_000_000, 28_000_007), 'saved');
    assert.equal(await directory.lastTick(), 27_000_000);
  });

  check('of many who move the cursor at once one does', async ({ directory }) => {
    for (const before of [undefined, 100]) {
      const minutes = Array.from({ length: 10 }, () => (before ?? 99) + 1);
      const outcomes = await Promise.all(
        minutes.map(async (minute) => await directory.saveTick(minute, before)),
      );
      assert.equal(outcomes.filter((outcome) => outcome === 'saved').length, 1);
    }
    assert.equal(await directory.lastTick(), 101);
  });
}
