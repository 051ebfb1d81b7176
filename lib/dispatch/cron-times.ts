// When a cron is due, on the wall of its time zone. A time that the wall passes over, because the clocks are put forward, is
// due the minute after; one that it shows twice is due twice: a poll too many is nothing, a day without one is.
//
// The library is asked in UTC only: in a zone it passes over a repeated hour, and loses a time that was passed over when it is
// asked from within.

import { Cron } from 'croner';
import { WallClock } from './wall-clock.ts';

/** Farther back nobody looks for the time before. */
const LONGEST_LOOK_BACK_MINUTES = 400 * 24 * 60;

const MINUTE_MS = 60_000;

export class CronTimes {
  readonly #cron: Cron;
  readonly #wall: WallClock;

  /** @param cron five fields; @param timezone of the IANA data base. @throws Error if either is none */
  constructor(cron: string, timezone: string) {
    this.#cron = new Cron(cron, { mode: '5-part', utcOffset: 0, paused: true });
    this.#wall = new WallClock(timezone);
  }

  /** The last minute of Unix time after `after` until `until`, at most a day, at which it is due. */
  lastIn(after: number, until: number): number | undefined {
    const stretches = this.#wall.stretches(after, until).toReversed();
    for (const { afterWall, untilWall, offsetMinutes, firstMinute } of stretches) {
      const wall = this.#lastOnWall(untilWall, untilWall - afterWall);
      if (wall !== undefined) return Math.max(firstMinute, wall - offsetMinutes);
    }
    return undefined;
  }

  /** The last minute until `until` at which it was due; right to the hour when the clocks were changed in between. */
  lastUntil(until: number): number {
    const offset = this.#wall.offsetAt(until);
    const wall = this.#lastOnWall(until + offset, LONGEST_LOOK_BACK_MINUTES);
    if (wall === undefined) return until - LONGEST_LOOK_BACK_MINUTES;
    return Math.min(until, wall - this.#wall.offsetAt(wall - offset));
  }

  /** Within so many wall minutes up to `until`. */
  #lastOnWall(until: number, minutes: number): number | undefined {
    let found = this.#nextOnWall(until - minutes);
    if (found > until) return undefined;
    // After `end` there is none until `until`.
    for (let end = until; found < end;) {
      const middle = Math.floor((found + end) / 2);
      const next = this.#nextOnWall(middle);
      if (next <= end) found = next;
      else end = middle;
    }
    return found;
  }

  #nextOnWall(after: number): number {
    const next = this.#cron.nextRun(new Date(after * MINUTE_MS));
    return next === null ? Infinity : next.getTime() / MINUTE_MS;
  }
}
