// Judges what a server says about keeping mail and about logging in often, against what the account is set to. Pure.

import type { Account } from '../core/account.ts';
import type { Capabilities } from '../core/pop3/capabilities.ts';
import { toServerFacts } from '../core/pop3/server-facts.ts';
import type { ServerFacts } from '../core/pop3/server-facts.ts';
import { note, ok, problem, setting } from './check.ts';
import type { Check } from './check.ts';
import { count } from './printable.ts';

const MINUTES_A_DAY = 1440;

/** Of the two lists the one after login counts: a value may be of this user alone (RFC 2449 sections 6.5 and 6.7). */
export function promisesOf(
  before: Capabilities | undefined,
  after: Capabilities | undefined,
): Pick<ServerFacts, 'expire' | 'loginDelaySeconds'> {
  const [first, second] = [before, after].map((capabilities) => capabilities && toServerFacts(capabilities));
  return {
    expire: second?.expire ?? first?.expire,
    loginDelaySeconds: second?.loginDelaySeconds ?? first?.loginDelaySeconds,
  };
}

export function judgeExpire({ onServer, schedule }: Account, expire: ServerFacts['expire']): Check {
  if (expire === undefined) return ok('expire', 'the server does not say when it deletes mail by itself');
  if (expire === 'never') return ok('expire', 'the server says that it keeps mail for ever');
  const days = count(expire, 'day');
  if (expire > 0 && 'everyMinutes' in schedule && schedule.everyMinutes > expire * MINUTES_A_DAY) {
    return problem('expire', `the server keeps mail for ${days}, and the account is polled less often`);
  }
  const finding =
    expire === 0
      ? 'the server says that it may delete what was retrieved once a session has ended (EXPIRE 0)'
      : `the server says that it deletes mail after ${days}`;
  if (onServer === 'delete') return ok('expire', `${finding}; so does the account`);
  if (onServer === 'keep') {
    const recommendation =
      'onServer: keep only means that Mailferry deletes nothing; the server will do so itself';
    return note('expire', finding, { recommendation });
  }
  const { deleteAfterDays } = onServer;
  if (deleteAfterDays <= expire)
    return ok('expire', `${finding}; the account deletes after ${deleteAfterDays}`);
  const yaml = expire === 0 ? 'onServer: delete' : `onServer: { deleteAfterDays: ${expire} }`;
  const why = `the server does not keep mail for the ${count(deleteAfterDays, 'day')} that are set`;
  return note(
    'expire',
    `${finding}, before the ${count(deleteAfterDays, 'day')} of onServer are over`,
    setting(yaml, why),
  );
}

export function judgeLoginDelay({ schedule }: Account, seconds: number | undefined): Check {
  if (!seconds) return ok('login-delay', 'the server does not ask for a time between two logins');
  const finding = `the server wants ${count(seconds, 'second')} between two logins`;
  const least = Math.ceil(seconds / 60);
  if (!('everyMinutes' in schedule)) {
    const recommendation = `let the times of the cron be at least ${count(least, 'minute')} apart`;
    return note('login-delay', finding, { recommendation });
  }
  const { everyMinutes } = schedule;
  if (everyMinutes * 60 >= seconds) {
    return ok('login-delay', `${finding}; the account is polled every ${count(everyMinutes, 'minute')}`);
  }
  return problem(
    'login-delay',
    `${finding}, and the account is polled every ${count(everyMinutes, 'minute')}`,
    setting(`schedule: ${everyOf(least)}`, 'logins that come sooner are refused'),
  );
}

/** No schedule is longer than a day. */
function everyOf(minutes: number): string {
  return minutes === 1 ? 'every minute' : `every ${Math.min(minutes, MINUTES_A_DAY)} minutes`;
}
