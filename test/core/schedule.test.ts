// Accounts spread over the slots of their schedule.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import { PAUSED_SLOT, scheduleKey, slotOf } from '../../lib/core/schedule.ts';
import type { Schedule, Slot } from '../../lib/core/schedule.ts';

const BERLIN = 'Europe/Berlin';

test('an account has one slot of its schedule, always the same, and none that is due while it is paused', () => {
  const id = 'billing' as AccountId;
  for (const schedule of [{ everyMinutes: 15 }, { cron: '0 3 * * *', timezone: BERLIN }]) {
    const slot = slotOf(id, schedule, false);
    assert.ok(slot.startsWith('cron' in schedule ? 'cron/' : 'every/15/'));
    assert.equal(slotOf(id, structuredClone(schedule), false), slot);
    assert.equal(slotOf(id, schedule, true), PAUSED_SLOT);
    assert.notEqual(scheduleKey(schedule), slot);
  }
});

test('accounts with the same schedule are spread evenly over their slots, whatever they are called', () => {
  const names = [
    (n: number) => `account-${n}`,
    (n: number) => `a${String(n).padStart(6, '0')}`,
    (n: number) => `${n}-shop-example-com`,
  ];
  for (const schedule of [5, 15, 60].map((everyMinutes) => ({ everyMinutes }))) {
    for (const name of names) assertEven(name, schedule, schedule.everyMinutes);
  }
  for (const name of names) assertEven(name, { cron: '0 3 * * *', timezone: BERLIN }, 5);
});

function assertEven(name: (n: number) => string, schedule: Schedule, slots: number): void {
  const ACCOUNTS = 12_000;
  const counts = new Map<Slot, number>();
  for (let n = 0; n < ACCOUNTS; n += 1) {
    const slot = slotOf(name(n) as AccountId, schedule, false);
    counts.set(slot, (counts.get(slot) ?? 0) + 1);
  }
  assert.equal(counts.size, slots);
  const fair = ACCOUNTS / slots;
  // Five standard deviations of a fair draw.
  for (const [slot, count] of counts) {
    assert.ok(Math.abs(count - fair) < 5 * Math.sqrt(fair), `${count} in ${slot}, and ${fair} were fair`);
  }
}
