// How an account of the table stands, in a line and in JSON.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeScheduled, toScheduledJson } from '../../../lib/cli/accounts/describe-scheduled.ts';
import { slotOf } from '../../../lib/core/schedule.ts';
import type { Schedule } from '../../../lib/core/schedule.ts';
import type { ScheduledAccount } from '../../../lib/ports/directory.ts';
import { ANN } from '../../contract/sample-records.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const HOUR_MS = 3_600_000;

function scheduled(changes: Partial<ScheduledAccount> = {}): ScheduledAccount {
  return {
    id: ANN,
    slot: slotOf(ANN, { everyMinutes: 15 }, false),
    appliedAt: NOW - 24 * HOUR_MS,
    nextAttemptAt: undefined,
    suspendedFor: undefined,
    lastSuccessAt: NOW - HOUR_MS,
    ...changes,
  };
}

/** Without the titles. */
function lineOf(account: ScheduledAccount): string {
  return describeScheduled([account], NOW).split('\n')[1] ?? '';
}

test('a schedule is told as it is written', () => {
  const cron = (cron: string, timezone: string): Schedule => ({ cron, timezone });
  for (const [schedule, text] of [
    [{ everyMinutes: 1 }, 'every minute'],
    [{ everyMinutes: 15 }, 'every 15 minutes'],
    [{ everyMinutes: 60 }, 'every hour'],
    [{ everyMinutes: 90 }, 'every 90 minutes'],
    [{ everyMinutes: 720 }, 'every 12 hours'],
    [{ everyMinutes: 1440 }, 'every day'],
    [cron('0 3 * * *', 'UTC'), '0 3 * * * (UTC)'],
    [cron('*/10 8-18/2 * * MON-FRI', 'Europe/Berlin'), '*/10 8-18/2 * * MON-FRI (Europe/Berlin)'],
    [
      cron('1/5 3 */2 * *', 'America/Argentina/Buenos_Aires'),
      '1/5 3 */2 * * (America/Argentina/Buenos_Aires)',
    ],
    [cron('? 3 * * *', 'Etc/GMT+1'), '? 3 * * * (Etc/GMT+1)'],
  ] as const) {
    const line = lineOf(scheduled({ slot: slotOf(ANN, schedule, false) }));
    assert.ok(line.includes(`ann      ${text}  `), line);
  }
});

test('what keeps an account from being polled is told, with until when', () => {
  const later = NOW + 3 * HOUR_MS;
  for (const [changes, state, text] of [
    [{}, 'polled', /\(1 h ago\) +polled$/],
    [{ lastSuccessAt: undefined }, 'polled', /none +polled, without success so far$/],
    [{ slot: slotOf(ANN, { everyMinutes: 15 }, true) }, 'paused', /paused$/],
    [{ nextAttemptAt: later }, 'backed-off', /backed off until 2026-11-23T15:00:00Z \(in 3 h\)$/],
    [{ nextAttemptAt: NOW - 1 }, 'polled', /polled$/],
    [
      { nextAttemptAt: later, suspendedFor: 'POP3_AUTH_FAILED' },
      'suspended',
      /suspended until 2026-11-23T15:00:00Z \(in 3 h\): POP3_AUTH_FAILED$/,
    ],
    [
      { nextAttemptAt: NOW - 1, suspendedFor: 'POP3_AUTH_FAILED' },
      'suspended',
      /suspended until its next turn: POP3_AUTH_FAILED$/,
    ],
  ] as const) {
    const account = scheduled(changes);
    assert.match(lineOf(account), text);
    const [json] = (toScheduledJson([account], NOW) as { accounts: { state: string }[] }).accounts;
    assert.equal(json?.state, state);
  }
});

test('as JSON every time is a time, and what is not there is null', () => {
  assert.deepEqual(toScheduledJson([scheduled({ lastSuccessAt: undefined })], NOW), {
    accounts: [
      {
        account: 'ann',
        state: 'polled',
        schedule: 'every 15 minutes',
        slot: slotOf(ANN, { everyMinutes: 15 }, false),
        lastSuccess: null,
        suspendedFor: null,
        nextAttempt: null,
        appliedAt: '2026-11-22T12:00:00Z',
      },
    ],
  });
  assert.match(describeScheduled([], NOW), /no account is in the table: mailferry accounts apply/);
});
