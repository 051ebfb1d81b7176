// Accounts as the index of schedules shows them: a table for a person, the same as JSON for a program.

import type { Slot } from '../../core/schedule.ts';
import { PAUSED_SLOT } from '../../core/schedule.ts';
import type { ScheduledAccount } from '../../ports/directory.ts';
import { formatTime, formatTimeAndAge } from '../format.ts';
import { paint } from '../paint.ts';
import { layOut } from '../table.ts';

/** `suspended`: its owner has something to mend · `backed-off`: it failed, and is tried again later. */
type Standing = 'paused' | 'suspended' | 'backed-off' | 'polled';

const COLUMNS = [
  { title: 'ACCOUNT', align: 'left' },
  { title: 'SCHEDULE', align: 'left' },
  { title: 'LAST SUCCESS', align: 'left' },
  { title: 'STATE', align: 'left' },
] as const;

const COLOURS = { paused: 'dim', suspended: 'red', 'backed-off': 'yellow', polled: 'green' } as const;

/** @param now epoch milliseconds */
export function describeScheduled(accounts: readonly ScheduledAccount[], now: number): string {
  if (accounts.length === 0) return 'no account is in the table: mailferry accounts apply puts them there';
  const [titles = '', ...rows] = layOut(
    COLUMNS,
    accounts.map((account) => [
      account.id,
      describeSlot(account.slot),
      account.lastSuccessAt === undefined ? 'none' : formatTimeAndAge(account.lastSuccessAt, now),
      describeStanding(account, now),
    ]),
  );
  const lines = accounts.map((account, index) => paint(COLOURS[standingOf(account, now)], rows[index] ?? ''));
  return [paint('bold', titles), ...lines].join('\n');
}

/** @param now epoch milliseconds */
export function toScheduledJson(accounts: readonly ScheduledAccount[], now: number): object {
  return {
    accounts: accounts.map((account) => ({
      account: account.id,
      state: standingOf(account, now),
      schedule: describeSlot(account.slot),
      slot: account.slot,
      lastSuccess: timeOrNull(account.lastSuccessAt),
      suspendedFor: account.suspendedFor ?? null,
      nextAttempt: timeOrNull(account.nextAttemptAt),
      appliedAt: formatTime(account.appliedAt),
    })),
  };
}

function standingOf({ slot, suspendedFor, nextAttemptAt }: ScheduledAccount, now: number): Standing {
  if (slot === PAUSED_SLOT) return 'paused';
  if (suspendedFor !== undefined) return 'suspended';
  return nextAttemptAt !== undefined && nextAttemptAt > now ? 'backed-off' : 'polled';
}

function describeStanding(account: ScheduledAccount, now: number): string {
  const { nextAttemptAt, suspendedFor = '' } = account;
  const isLater = nextAttemptAt !== undefined && nextAttemptAt > now;
  const until = isLater ? `until ${formatTimeAndAge(nextAttemptAt, now)}` : 'until its next turn';
  switch (standingOf(account, now)) {
    case 'paused':
      return 'paused';
    case 'suspended':
      return `suspended ${until}: ${suspendedFor}`;
    case 'backed-off':
      return `backed off ${until}`;
    case 'polled':
      return account.lastSuccessAt === undefined ? 'polled, without success so far' : 'polled';
  }
}

/** A time zone's parts begin with letters, a cron's first field does not. */
const CRON_SLOT = /^cron\/\d+\/([A-Za-z][^/ ]*(?:\/[A-Za-z][^/ ]*)*)\/([^A-Za-z].*)$/;

/** The schedule that a slot stands for, as it is written: `every 15 minutes`, `0 3 * * * (Europe/Berlin)`. */
function describeSlot(slot: Slot): string {
  const every = /^every\/(\d+)\//.exec(slot)?.[1];
  if (every !== undefined) return describeInterval(Number(every));
  const [, timezone, cron] = CRON_SLOT.exec(slot) ?? [];
  return cron === undefined ? slot : `${cron} (${timezone})`;
}

function describeInterval(minutes: number): string {
  const [count, unit] =
    minutes % 1440 === 0
      ? [minutes / 1440, 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute'];
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

function timeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : formatTime(epochMs);
}
