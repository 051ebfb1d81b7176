// When an account is polled. Accounts that are due at the same minutes share a slot, so that a dispatcher finds them by one
// key, writes nothing for them, and never looks at the others. Pure.

import type { AccountId } from './account.ts';

/** `everyMinutes`: a whole number from 1 to 1440. `cron`: five fields, in the IANA time zone. */
export type Schedule =
  { readonly everyMinutes: number } | { readonly cron: string; readonly timezone: string };

declare const slot: unique symbol;
/** `every/15/7`: at the minutes of Unix time that leave 7 when divided by 15. `cron/2/Europe/Berlin/0 3 * * *`: 2 minutes after. */
export type Slot = string & { readonly [slot]: true };

/** The slot of accounts that are known and never due. */
export const PAUSED_SLOT = 'paused' as Slot;

/** Accounts with the same times of a cron are spread over so many minutes, so that one host is not asked by all at once. */
export const CRON_SPREAD_MINUTES = 5;

/** The same for the same account at all times: polls of many accounts are spread over the interval, one account's are not. */
export function slotOf(account: AccountId, schedule: Schedule, paused: boolean): Slot {
  if (paused) return PAUSED_SLOT;
  if ('everyMinutes' in schedule) {
    return everySlot(schedule.everyMinutes, hashOf(account) % schedule.everyMinutes);
  }
  return cronSlot(schedule.cron, schedule.timezone, hashOf(account) % CRON_SPREAD_MINUTES);
}

export function everySlot(everyMinutes: number, phaseMinutes: number): Slot {
  return `every/${everyMinutes}/${phaseMinutes}` as Slot;
}

export function cronSlot(cron: string, timezone: string, delayMinutes: number): Slot {
  return `cron/${delayMinutes}/${timezone}/${cron}` as Slot;
}

/** What a dispatcher has to know to enumerate slots: one for all accounts with the same schedule. */
export function scheduleKey(schedule: Schedule): string {
  return 'everyMinutes' in schedule
    ? `every/${schedule.everyMinutes}`
    : `cron/${schedule.timezone}/${schedule.cron}`;
}

/** FNV-1a, 32 bits: spreads short names well, and no secret hangs on it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
