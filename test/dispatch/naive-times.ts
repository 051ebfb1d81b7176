// When slots are due, minute by minute and in no clever way: what the planner must agree with.

import { cronSlot, everySlot } from '../../lib/core/schedule.ts';
import type { Schedule, Slot } from '../../lib/core/schedule.ts';

const SPREAD_MINUTES = 5;

/** Every slot that is due in one of the minutes after `after` until `until`, with the last such minute. */
export function naiveDue(schedule: Schedule, after: number, until: number): Map<Slot, number> {
  const due = new Map<Slot, number>();
  if ('everyMinutes' in schedule) {
    for (let minute = after + 1; minute <= until; minute += 1) {
      due.set(everySlot(schedule.everyMinutes, minute % schedule.everyMinutes), minute);
    }
    return due;
  }
  for (let delay = 0; delay < SPREAD_MINUTES; delay += 1) {
    const slot = cronSlot(schedule.cron, schedule.timezone, delay);
    for (const minute of naiveCronMinutes(schedule.cron, schedule.timezone, after - delay, until - delay))
      due.set(slot, minute + delay);
  }
  return due;
}

/** Minutes whose wall time matches, or before which the clocks were put forward over one that does. */
function naiveCronMinutes(cron: string, timezone: string, after: number, until: number): number[] {
  const minutes: number[] = [];
  let before = wallOf(after, timezone);
  for (let minute = after + 1; minute <= until; minute += 1) {
    const wall = wallOf(minute, timezone);
    // Back or on: this minute itself. Forward: all that was passed over too.
    for (let shown = wall > before ? before + 1 : wall; shown <= wall; shown += 1) {
      if (matches(cron, shown) && minutes.at(-1) !== minute) minutes.push(minute);
    }
    before = wall;
  }
  return minutes;
}

/** What a wall shows, in minutes as if it were UTC. */
function wallOf(minute: number, timezone: string): number {
  const wall =
    walls.get(timezone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' });
  walls.set(timezone, wall);
  return Date.parse(`${wall.format(minute * 60_000).replace(' ', 'T')}Z`) / 60_000;
}

const walls = new Map<string, Intl.DateTimeFormat>();

/** Five fields of `*`, `n`, `a-b`, a list of those, or `*` with a step; one of the two days is `*`. */
function matches(cron: string, wall: number): boolean {
  const date = new Date(wall * 60_000);
  const values = [
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
  ];
  return cron.split(' ').every((field, index) => matchesField(field, values[index] ?? NaN));
}

function matchesField(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    if (part.startsWith('*/')) return value % Number(part.slice(2)) === 0;
    if (part === '*') return true;
    const [from = NaN, to = from] = part.split('-').map(Number);
    return from <= value && value <= to;
  });
}
