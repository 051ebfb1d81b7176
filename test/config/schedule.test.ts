// When an account is polled, as it is written; and where its password may be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountWith, problemsOfAccountWith } from './config-under-test.ts';
import { passwordAuth } from '../support/account-defaults.ts';

test('an interval is minutes, hours or a day, and quarter of an hour if nothing is said', () => {
  for (const [schedule, everyMinutes] of [
    [undefined, 15],
    ['every minute', 1],
    ['every 1 minutes', 1],
    ['every 15 minutes', 15],
    ['every hour', 60],
    ['every 2 hours', 120],
    ['every 24 hours', 1440],
    ['every 1440 minutes', 1440],
    ['every day', 1440],
  ] as const) {
    assert.deepEqual(accountWith({ schedule }).schedule, { everyMinutes }, schedule);
  }
});

test('an interval of another kind or length is refused, with what is allowed', () => {
  for (const schedule of [
    'every 0 minutes',
    'every 1441 minutes',
    'every 25 hours',
    'every 2 days',
    'every 1.5 hours',
    'every  hour',
    'every week',
    '15 minutes',
    'often',
    '',
    15,
    null,
    [],
    {},
    { everyMinutes: 5 },
  ]) {
    const [problem = '', ...others] = problemsOfAccountWith({ schedule });
    assert.deepEqual(others, []);
    assert.match(
      problem,
      /^accounts\[0\]\.schedule: expected every 15 minutes, .*timezone: Europe\/Berlin \}, got /,
    );
    assert.ok(problem.endsWith(`got ${JSON.stringify(schedule)}`), problem);
  }
});

test('a cron has five fields, and a time zone that is UTC if nothing is said', () => {
  assert.deepEqual(accountWith({ schedule: { cron: '0 3 * * *' } }).schedule, {
    cron: '0 3 * * *',
    timezone: 'UTC',
  });
  const written = { cron: '  */10   8-18 *  * MON-FRI ', timezone: 'Europe/Berlin' };
  assert.deepEqual(accountWith({ schedule: written }).schedule, {
    cron: '*/10 8-18 * * MON-FRI',
    timezone: 'Europe/Berlin',
  });
  assert.ok('cron' in accountWith({ schedule: { cron: '0 0 29 2 *' } }).schedule);
});

test('a cron that is none, or never comes, is refused with the reason', () => {
  for (const [cron, reason] of [
    ['0 3 * *', '4 given'],
    ['0 0 3 * * *', '6 given'],
    ['@daily', '1 given'],
    ['60 * * * *', 'Invalid value for minute: 60'],
    ['a b c d e', 'illegal characters'],
    ['0 0 30 2 *', 'that time never comes'],
  ] as const) {
    const [problem = '', ...others] = problemsOfAccountWith({ schedule: { cron } });
    assert.deepEqual(others, []);
    assert.match(problem, /^accounts\[0\]\.schedule\.cron: expected a cron of five fields/);
    assert.ok(problem.includes(reason), problem);
    assert.ok(problem.endsWith(`got ${JSON.stringify(cron)}`), problem);
  }
});

test('a time zone has a name, not an offset', () => {
  for (const timezone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1']) {
    assert.deepEqual(accountWith({ schedule: { cron: '0 3 * * *', timezone } }).schedule, {
      cron: '0 3 * * *',
      timezone,
    });
  }
  for (const timezone of ['Mars/Phobos', '+01:00', '01:00', 'Z', '', 5, null]) {
    const [problem = '', ...others] = problemsOfAccountWith({ schedule: { cron: '0 3 * * *', timezone } });
    assert.deepEqual(others, []);
    assert.match(
      problem,
      /^accounts\[0\]\.schedule(\.timezone)?: expected .*(IANA time zone|Europe\/Berlin)/,
    );
  }
  assert.deepEqual(problemsOfAccountWith({ schedule: { cron: '0 3 * * *', zone: 'UTC' } }), [
    'accounts[0].schedule.zone: there is no such key here',
  ]);
});

test('an account may be paused', () => {
  assert.equal(accountWith({ paused: true }).paused, true);
  assert.deepEqual(problemsOfAccountWith({ paused: 'yes' }), [
    'accounts[0].paused: expected true or false, got "yes"',
  ]);
});

test('a password may be kept in AWS', () => {
  const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:mail/billing-AbC123';
  for (const [password, store, locator] of [
    ['secretsmanager:mail/billing', 'secretsmanager', 'mail/billing'],
    ['secretsmanager:mail/all#billing password', 'secretsmanager', 'mail/all#billing password'],
    [`secretsmanager:${arn}#billing`, 'secretsmanager', `${arn}#billing`],
    ['ssm:/mail/billing_1.a', 'ssm', '/mail/billing_1.a'],
  ] as const) {
    assert.deepEqual(accountWith({ auth: { password } }).auth, passwordAuth(store, locator));
  }
});

test('a reference into AWS that cannot lead anywhere is refused, and not shown', () => {
  for (const password of [
    'secretsmanager:',
    'secretsmanager:#key',
    'secretsmanager:mail#',
    'secretsmanager:mail#a#b',
    'secretsmanager:hunter2 with space',
    'ssm:hunter2',
    'ssm:',
    'ssm:/hunter2 x',
    'secretmanager:hunter2',
  ]) {
    const [problem = '', ...others] = problemsOfAccountWith({ auth: { password } });
    assert.deepEqual(others, []);
    assert.match(
      problem,
      /^accounts\[0\]\.auth\.password: expected a reference .*secretsmanager:ID\[#json-key\] or ssm:\/path \(never the secret itself\), got something else/,
    );
    assert.doesNotMatch(problem, /hunter2/);
  }
});
