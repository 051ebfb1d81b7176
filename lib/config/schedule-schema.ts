// When an account is polled, as it is written: `every 15 minutes`, or a cron with its time zone. What is written once is
// looked at here; the dispatcher goes by it for years.

import { Cron } from 'croner';
import * as z from 'zod';
import type { Schedule } from '../core/schedule.ts';

export const DEFAULT_SCHEDULE: Schedule = Object.freeze({ everyMinutes: 15 });

const MINUTES = { minute: 1, hour: 60, day: 1440 } as const;
const LONGEST_MINUTES = MINUTES.day;

const EVERY_PATTERN = /^every(?: ([1-9]\d{0,4}))? (minute|hour|day)s?$/;
const EVERY_ALLOWED =
  'expected every 15 minutes, every 2 hours, every day (from every minute to every day), or { cron: "0 3 * * *", timezone: Europe/Berlin }';

// Both kinds are only checked here and made a Schedule below: of two kinds that a transform refuses, zod tells neither's reason.
const every = z
  .string(EVERY_ALLOWED)
  .regex(EVERY_PATTERN, { error: EVERY_ALLOWED, abort: true })
  .refine((text) => minutesOf(text) <= LONGEST_MINUTES, EVERY_ALLOWED);

const CRON_ALLOWED =
  'expected a cron of five fields (minute, hour, day of the month, month, day of the week) such as "0 3 * * *"';

const cron = z.string(CRON_ALLOWED).superRefine((text, context) => {
  const problem = problemOfCron(tidied(text));
  if (problem === undefined) return;
  context.addIssue({ code: 'custom', message: `${CRON_ALLOWED}: ${problem}`, input: text });
});

const ZONE_ALLOWED = 'expected an IANA time zone such as Europe/Berlin or UTC';

const timezone = z.string(ZONE_ALLOWED).refine(isTimeZone, ZONE_ALLOWED).default('UTC');

export const scheduleSchema = z
  .union([every, z.strictObject({ cron, timezone })], EVERY_ALLOWED)
  .describe('when a dispatcher polls the account; every 15 minutes if it is left out')
  .transform((written): Schedule =>
    Object.freeze(
      typeof written === 'string'
        ? { everyMinutes: minutesOf(written) }
        : { cron: tidied(written.cron), timezone: written.timezone },
    ),
  );

/** Infinite for what is no interval. */
function minutesOf(text: string): number {
  const match = EVERY_PATTERN.exec(text);
  return match ? Number(match[1] ?? '1') * MINUTES[match[2] as keyof typeof MINUTES] : Infinity;
}

/** One space between the fields, so that equal times are written equally. */
function tidied(cron: string): string {
  return cron.trim().split(/\s+/).join(' ');
}

/** @param cron tidied */
function problemOfCron(cron: string): string | undefined {
  const count = cron.split(' ').length;
  if (count !== 5) return `${count} given`;
  try {
    const next = new Cron(cron, { timezone: 'UTC', paused: true }).nextRun();
    return next === null ? 'that time never comes' : undefined;
  } catch (error) {
    // It names the field, and the value that is wrong.
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

/** An offset such as `+01:00` is none: it knows no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}
