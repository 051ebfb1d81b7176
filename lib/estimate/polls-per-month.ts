// How often a schedule comes due in a month.

import { Cron } from 'croner';
import type { Schedule } from '../core/schedule.ts';
import { HOURS_A_MONTH } from './aws-prices.ts';

/** So many are looked at, or a year: whichever is less. */
const MOST_LOOKED_AT = 500;
/** Any year has about as many; always the same one, so that the same schedule always gives the same number. */
const YEAR_BEGINS = new Date('2026-01-01T00:00:00Z');
const YEAR_ENDS = new Date('2027-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** @throws Error if the cron is none, which a configuration never has */
export function pollsPerMonth(schedule: Schedule): number {
  if ('everyMinutes' in schedule) return (HOURS_A_MONTH * 60) / schedule.everyMinutes;
  // The end belongs to the cron: a date that never comes would be looked for without one. Every time zone has as many.
  const limits = { mode: '5-part', utcOffset: 0, paused: true, stopAt: YEAR_ENDS } as const;
  const runs = new Cron(schedule.cron, limits).nextRuns(MOST_LOOKED_AT, YEAR_BEGINS);
  if (runs.length < MOST_LOOKED_AT) return runs.length / 12;
  const [first, last] = [runs[0] ?? YEAR_BEGINS, runs.at(-1) ?? YEAR_ENDS];
  const everyHours = (last.getTime() - first.getTime()) / HOUR_MS / (runs.length - 1);
  return HOURS_A_MONTH / everyHours;
}
