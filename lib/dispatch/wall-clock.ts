// What the clocks on the wall of a time zone show, minute by minute, when they are put forward and back. Minutes are of Unix
// time; a wall minute is what the wall shows, counted as if the zone were UTC.

/** Wall minutes in (`afterWall`, `untilWall`], shown while the wall is `offsetMinutes` ahead of UTC. */
export interface WallStretch {
  readonly afterWall: number;
  readonly untilWall: number;
  readonly offsetMinutes: number;
  /** The first minute of the stretch: what the wall passed over before it is shown then. */
  readonly firstMinute: number;
}

const MINUTE_MS = 60_000;

export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  /** @param timezone of the IANA data base. @throws RangeError for an unknown one */
  constructor(timezone: string) {
    const numeric = 'numeric';
    const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric } as const;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, hourCycle: 'h23', ...fields });
  }

  offsetAt(minute: number): number {
    const shown = new Map(
      this.#format.formatToParts(minute * MINUTE_MS).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
    const [year, month, day] = [part('year'), part('month'), part('day')];
    return Date.UTC(year, month - 1, day, part('hour'), part('minute')) / MINUTE_MS - minute;
  }

  /**
   * What the wall shows in the minutes after `after` until `until`, at most a day: one stretch, or two if the clocks are
   * changed in between. Put forward, the second begins with what the wall passes over; put back, it repeats some.
   */
  stretches(after: number, until: number): readonly WallStretch[] {
    if (until <= after) return [];
    const before = this.offsetAt(after);
    const changed = this.#firstWithOtherOffset(after, until, before);
    if (changed === undefined) return [stretch(after, until, before, before)];
    const then = this.offsetAt(until);
    const second = stretch(changed - 1, until, then, Math.min(before, then));
    return changed - 1 === after ? [second] : [stretch(after, changed - 1, before, before), second];
  }

  /** No zone changes its offset twice a day. */
  #firstWithOtherOffset(after: number, until: number, offset: number): number | undefined {
    if (this.offsetAt(until) === offset) return undefined;
    let [same, other] = [after, until];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.offsetAt(middle) === offset) same = middle;
      else other = middle;
    }
    return other;
  }
}

function stretch(after: number, until: number, offsetMinutes: number, offsetBefore: number): WallStretch {
  return {
    afterWall: after + offsetBefore,
    untilWall: until + offsetMinutes,
    offsetMinutes,
    firstMinute: after + 1,
  };
}
