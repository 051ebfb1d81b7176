// Which slots are due: laws over any sequence of ticks, and the days on which clocks are changed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cronSlot, everySlot } from '../../lib/core/schedule.ts';
import type { Schedule, Slot } from '../../lib/core/schedule.ts';
import { planTick } from '../../lib/dispatch/plan-tick.ts';
import type { TickPlan } from '../../lib/dispatch/plan-tick.ts';
import { naiveDue } from './naive-times.ts';

const DAY = 24 * 60;
const BERLIN = 'Europe/Berlin';
const ZONES = [BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
/** Days on which clocks are changed in one of the zones, and some on which they are not. */
const DAYS = [
  '2026-03-29',
  '2026-10-25',
  '2026-03-08',
  '2026-11-01',
  '2026-04-04',
  '2026-10-03',
  '2026-06-15',
];

function minuteOf(iso: string): number {
  return Date.parse(iso) / 60_000;
}

function slotsOf(plan: TickPlan): Slot[] {
  return plan.due.map(({ slot }) => slot).sort();
}

const everySchedule = fc.constantFrom(1, 2, 7, 15, 60, 720, DAY).map((everyMinutes) => ({ everyMinutes }));
const cronSchedule = fc.record({
  cron: fc
    .tuple(
      fc.constantFrom('*', '*/15', '*/7', '0', '30', '5,50', '59'),
      fc.constantFrom('*', '*/2', '0', '1', '2', '3', '1-3', '23'),
      fc.constantFrom('* * *', '* * 0', '* * 1-5', '1,25,29 * *', '* 3,10 *'),
    )
    .map((parts) => parts.join(' ')),
  timezone: fc.constantFrom(...ZONES),
});
const schedules: fc.Arbitrary<Schedule[]> = fc.uniqueArray(fc.oneof(everySchedule, cronSchedule), {
  minLength: 1,
  maxLength: 3,
  selector: (schedule) => JSON.stringify(schedule),
});
const start = fc
  .tuple(fc.constantFrom(...DAYS), fc.integer({ min: -60, max: DAY }))
  .map(([day, offset]) => minuteOf(`${day}T00:00:00Z`) + offset);
const gaps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(1) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 120 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: DAY }) },
  ),
  { minLength: 1, maxLength: 12 },
);

test('every due minute of every schedule is in exactly one tick, however many minutes lie between two', () => {
  fc.assert(
    fc.property(schedules, start, gaps, (schedules, first, gaps) => {
      let last = first;
      for (const gap of gaps) {
        const minute = last + gap;
        const plan = planTick(schedules, last, minute);
        const expected = new Map(schedules.flatMap((schedule) => [...naiveDue(schedule, last, minute)]));
        assert.deepEqual(new Map(plan.due.map(({ slot, minute }) => [slot, minute])), expected);
        assert.equal(plan.due.length, expected.size, 'a slot is there twice');
        assert.equal(plan.lateMinutes, gap - 1);
        last = minute;
      }
    }),
    { numRuns: 150 },
  );
});

test('slots come in the order they fell due, and each tells when it did the time before', () => {
  fc.assert(
    fc.property(everySchedule, start, fc.integer({ min: 1, max: DAY }), (schedule, last, gap) => {
      const { due } = planTick([schedule], last, last + gap);
      for (const [index, { minute, since }] of due.entries()) {
        assert.ok(index === 0 || minute >= (due[index - 1]?.minute ?? Infinity));
        assert.ok(since <= last && since > last - schedule.everyMinutes);
        assert.equal((minute - since) % schedule.everyMinutes, 0);
      }
    }),
  );
  const weekly = { cron: '0 9 * * 1', timezone: BERLIN };
  const monday = minuteOf('2026-06-15T07:00:00Z');
  const [due] = planTick([weekly], monday - 1, monday).due;
  assert.deepEqual(due, { slot: cronSlot('0 9 * * 1', BERLIN, 0), minute: monday, since: monday - 7 * DAY });
  const leap = { cron: '0 0 29 2 *', timezone: 'UTC' };
  const february = minuteOf('2028-02-29T00:00:00Z');
  assert.equal(planTick([leap], february - 1, february).due[0]?.since, february - 1 - 400 * DAY);
});

test('the first tick is of its own minute only', () => {
  const minute = minuteOf('2026-06-15T12:07:00Z');
  const plan = planTick([{ everyMinutes: 15 }, { everyMinutes: 1 }], undefined, minute);
  assert.deepEqual(slotsOf(plan), [everySlot(1, 0), everySlot(15, minute % 15)]);
  assert.deepEqual([plan.lateMinutes, plan.missedMinutes, plan.isNew], [0, 0, true]);
});

test('after an outage everything is due once, and what is longer ago than a day is told as missed', () => {
  const minute = minuteOf('2026-06-15T12:00:00Z');
  const nightly = { cron: '0 3 * * *', timezone: 'UTC' };
  const plan = planTick([{ everyMinutes: 15 }, nightly], minute - 30 * DAY, minute);
  const phases = Array.from({ length: 15 }, (_, phase) => everySlot(15, phase));
  const delays = Array.from({ length: 5 }, (_, delay) => cronSlot('0 3 * * *', 'UTC', delay));
  assert.deepEqual(slotsOf(plan), [...phases, ...delays].sort());
  assert.deepEqual([plan.lateMinutes, plan.missedMinutes], [DAY - 1, 29 * DAY]);
  const yesterday = planTick([{ cron: '0 12 14 6 *', timezone: 'UTC' }], minute - 30 * DAY, minute);
  assert.equal(yesterday.due.length, 4, 'the first of five slots was due a day and a minute ago');
});

test('a minute that was dispatched is not due again, nor is one before it', () => {
  const minute = minuteOf('2026-06-15T12:00:00Z');
  for (const back of [0, 1, 60]) {
    const plan = planTick([{ everyMinutes: 1 }], minute, minute - back);
    assert.deepEqual(plan, { due: [], lateMinutes: 0, missedMinutes: 0, isNew: false, unusable: [] });
  }
});

test('a cursor from the far future does not stop anything', () => {
  const minute = minuteOf('2026-06-15T12:00:00Z');
  const plan = planTick([{ everyMinutes: 1 }], minute + 365 * DAY, minute);
  assert.deepEqual([plan.due.length, plan.isNew, plan.missedMinutes], [1, true, 0]);
});

test('a schedule that cannot be told does not keep others from being due', () => {
  const broken = [
    { cron: '0 25 * * *', timezone: 'UTC' },
    { cron: '0 3 * * *', timezone: 'Europe/Atlantis' },
    { cron: '* * * * * *', timezone: 'UTC' },
    { everyMinutes: 0 },
    { everyMinutes: 1.5 },
    { weekly: 'monday' } as unknown as Schedule,
    null as unknown as Schedule,
  ];
  const plan = planTick([...broken, { everyMinutes: 1 }], 999, 1000);
  assert.deepEqual(plan.unusable, broken);
  assert.deepEqual(slotsOf(plan), [everySlot(1, 0)]);
});

test('a time that the clocks pass over is due at the end of the gap, by ticks of a minute too', () => {
  const schedule = { cron: '30 2 * * *', timezone: BERLIN };
  assert.deepEqual(dueTimes(schedule, '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), [
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
});

test('a time that the clocks show twice is due twice, and hours go on without a gap', () => {
  const night = { cron: '30 2 * * *', timezone: BERLIN };
  assert.deepEqual(dueTimes(night, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
  const hourly = { cron: '0 * * * *', timezone: BERLIN };
  assert.equal(dueTimes(hourly, '2026-10-25T00:00:00Z', '2026-10-26T00:00:00Z').length, 24);
  assert.equal(dueTimes(hourly, '2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z').length, 24);
});

/** Of the slot without delay, by a tick each minute. */
function dueTimes(schedule: Extract<Schedule, { cron: string }>, from: string, to: string): string[] {
  const slot = cronSlot(schedule.cron, schedule.timezone, 0);
  const times: string[] = [];
  for (let minute = minuteOf(from) + 1; minute <= minuteOf(to); minute += 1) {
    const due = planTick([schedule], minute - 1, minute).due.find((each) => each.slot === slot);
    if (due) times.push(new Date(due.minute * 60_000).toISOString());
  }
  return times;
}
