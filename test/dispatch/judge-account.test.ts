// Staleness told by the calendar alone: over any schedule and any history of successes, at most one new event id a day.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { everySlot } from '../../lib/core/schedule.ts';
import { judgeAccount } from '../../lib/dispatch/judge-account.ts';
import { ANN } from '../contract/sample-records.ts';
import { DAY_MINUTES, HOUR_MS, MINUTE_MS, MONDAY } from './dispatch-under-test.ts';

test('of an account that stays stale every day is told exactly once', () => {
  const stales = fc.record({
    everyMinutes: fc.integer({ min: 1, max: DAY_MINUTES }),
    staleHours: fc.integer({ min: 1, max: 72 }),
    lastSuccess: fc.integer({ min: -3 * DAY_MINUTES, max: 0 }),
    phase: fc.nat(),
  });
  fc.assert(
    fc.property(stales, ({ everyMinutes, staleHours, lastSuccess, phase }) => {
      const slot = everySlot(everyMinutes, phase % everyMinutes);
      const account = {
        id: ANN,
        slot,
        appliedAt: 0,
        nextAttemptAt: undefined,
        suspendedFor: undefined,
        lastSuccessAt: (MONDAY + lastSuccess) * MINUTE_MS,
      };
      const told = new Map<number, number>();
      const stale = new Set<number>();
      const first = MONDAY + (phase % everyMinutes);
      for (let minute = first; minute < MONDAY + 6 * DAY_MINUTES; minute += everyMinutes) {
        const due = { slot, minute, since: minute - everyMinutes };
        const times = { now: minute * MINUTE_MS, staleMs: staleHours * HOUR_MS };
        const { isStale, isNews } = judgeAccount(account, due, times);
        const day = Math.floor(minute / DAY_MINUTES);
        if (isStale) stale.add(day);
        if (isNews) told.set(day, (told.get(day) ?? 0) + 1);
      }
      // What was stale before these ticks began had its first day's event before them.
      const isOldNews = stale.has(MONDAY / DAY_MINUTES) && !told.has(MONDAY / DAY_MINUTES);
      if (isOldNews) stale.delete(MONDAY / DAY_MINUTES);
      assert.deepEqual([...told.keys()], [...stale]);
      assert.ok([...told.values()].every((times) => times === 1));
    }),
    { numRuns: 300 },
  );
});
