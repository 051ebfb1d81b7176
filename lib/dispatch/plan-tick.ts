// Which slots are due in a minute. Every due minute of every schedule is in exactly one tick, however many minutes lie between
// two ticks; what fell due several times since the last is due once. Pure.

import { CRON_SPREAD_MINUTES, cronSlot, everySlot } from '../core/schedule.ts';
import type { Schedule, Slot } from '../core/schedule.ts';
import { CronTimes } from './cron-times.ts';

/** After an outage no more than this counts: whoever was due before is due by now again, or is in no hurry. */
const LONGEST_CATCH_UP_MINUTES = 24 * 60;

/** A cursor farther ahead than that was written by a wrong clock. To wait for it could mean to wait for years. */
const FARTHEST_AHEAD_MINUTES = 60;

type CronSchedule = Extract<Schedule, { readonly cron: string }>;

/** All minutes are of Unix time. */
export interface DueSlot {
  readonly slot: Slot;
  /** The last minute at which it fell due. */
  readonly minute: number;
  /** The last minute at which it fell due of those dispatched before this tick. */
  readonly since: number;
}

export interface TickPlan {
  /** In the order in which they fell due, each once. */
  readonly due: readonly DueSlot[];
  /** Minutes since the last tick that had none, and are made up for now. */
  readonly lateMinutes: number;
  /** Minutes too long ago for that. */
  readonly missedMinutes: number;
  /** `false`: this minute was dispatched already, or the clock was set back. */
  readonly isNew: boolean;
  /** Schedules whose times cannot be told. */
  readonly unusable: readonly Schedule[];
}

/** @param last the last minute that was dispatched: `undefined` before the first, when only `minute` itself counts */
export function planTick(schedules: readonly Schedule[], last: number | undefined, minute: number): TickPlan {
  const isFirst = last === undefined || last - minute > FARTHEST_AHEAD_MINUTES;
  if (!isFirst && last >= minute)
    return { due: [], lateMinutes: 0, missedMinutes: 0, isNew: false, unusable: [] };
  const before = isFirst ? minute - 1 : last;
  const after = Math.max(before, minute - LONGEST_CATCH_UP_MINUTES);
  const due: DueSlot[] = [];
  const unusable: Schedule[] = [];
  for (const schedule of schedules) {
    const slots = dueSlots(schedule, { before, after, until: minute });
    if (slots === undefined) unusable.push(schedule);
    else due.push(...slots);
  }
  due.sort((one, other) => one.minute - other.minute);
  return { due, lateMinutes: minute - after - 1, missedMinutes: after - before, isNew: true, unusable };
}

interface TickMinutes {
  /** The last that was dispatched. */
  readonly before: number;
  /** What fell due after this is made up for; `before`, or later. */
  readonly after: number;
  readonly until: number;
}

/** @returns `undefined` if they cannot be told: the schedule was checked by another version, then, or by nobody */
function dueSlots(schedule: Schedule, minutes: TickMinutes): DueSlot[] | undefined {
  try {
    return 'cron' in schedule
      ? dueCronSlots(schedule, minutes)
      : dueEverySlots(schedule.everyMinutes, minutes);
  } catch {
    return undefined;
  }
}

/** One slot a minute, and no more than there are. */
function dueEverySlots(everyMinutes: number, { before, after, until }: TickMinutes): DueSlot[] {
  if (!Number.isSafeInteger(everyMinutes) || everyMinutes < 1) throw new RangeError('no whole minutes');
  const due: DueSlot[] = [];
  for (let minute = Math.max(after, until - everyMinutes) + 1; minute <= until; minute += 1) {
    const times = Math.ceil((minute - before) / everyMinutes);
    const slot = everySlot(everyMinutes, minute % everyMinutes);
    due.push({ slot, minute, since: minute - times * everyMinutes });
  }
  return due;
}

/** @throws Error if there is no such cron or time zone */
function dueCronSlots({ cron, timezone }: CronSchedule, { before, after, until }: TickMinutes): DueSlot[] {
  const times = new CronTimes(cron, timezone);
  const due: DueSlot[] = [];
  for (let delay = 0; delay < CRON_SPREAD_MINUTES; delay += 1) {
    const minute = times.lastIn(after - delay, until - delay);
    if (minute === undefined) continue;
    const since = times.lastUntil(Math.min(before - delay, minute - 1));
    due.push({ slot: cronSlot(cron, timezone, delay), minute: minute + delay, since: since + delay });
  }
  return due;
}
