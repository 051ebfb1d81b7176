// What is concluded from what was seen: each finding, and the setting it leads to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../../lib/core/account.ts';
import { parseCapabilities } from '../../lib/core/pop3/capabilities.ts';
import type { Capabilities } from '../../lib/core/pop3/capabilities.ts';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import { toUidl } from '../../lib/core/uidl.ts';
import type { Check } from '../../lib/doctor/check.ts';
import { chooseSamples } from '../../lib/doctor/choose-samples.ts';
import { judgeCapabilities } from '../../lib/doctor/judge-capabilities.ts';
import { judgeUidls, judgeWindow } from '../../lib/doctor/judge-listing.ts';
import type { SeenListing } from '../../lib/doctor/judge-listing.ts';
import { judgeLogin } from '../../lib/doctor/judge-login.ts';
import { judgePipelining } from '../../lib/doctor/judge-pipelining.ts';
import { judgeExpire, judgeLoginDelay, promisesOf } from '../../lib/doctor/judge-promises.ts';
import { judgeSizes, judgeTop } from '../../lib/doctor/judge-samples.ts';
import { judgeStability } from '../../lib/doctor/judge-stability.ts';
import { judgeTls } from '../../lib/doctor/judge-tls.ts';
import { planSecondSession } from '../../lib/doctor/plan-second-session.ts';
import type { TlsFacts } from '../../lib/ports/pop3.ts';
import { accountAt } from '../session/session-under-test.ts';
import { passwordAuth } from '../support/account-defaults.ts';

const NOW = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;

function account(of: Partial<Account> = {}): Account {
  return { ...accountAt(110), ...of };
}

function capabilities(...rows: readonly string[]): Capabilities {
  return parseCapabilities(rows.map((row) => Buffer.from(row)));
}

function seen(uidls: readonly (string | undefined)[], more: Partial<SeenListing> = {}): SeenListing {
  const messages = uidls.map((uidl, index): ListedMessage => ({
    messageNumber: index + 1,
    octets: 100,
    uidl: uidl === undefined ? undefined : toUidl(Buffer.from(uidl)),
  }));
  const rows = uidls.length;
  return { size: { messages: rows, octets: 100 * rows }, messages, listRows: rows, uidlRows: rows, ...more };
}

function tls(daysLeft: number): TlsFacts {
  const certificate = {
    subject: 'CN=pop.example.org',
    issuer: 'CN=An Authority',
    names: ['pop.example.org'],
    notBefore: NOW - DAY_MS,
    notAfter: NOW + daysLeft * DAY_MS,
    pin: 'PIN=',
  };
  return { version: 'TLSv1.2', cipher: 'A-CIPHER', chain: [certificate], channelBindings: [] };
}

/** Verdict and setting, if there is one. */
function brief({ verdict, setting }: Check): string {
  return setting === undefined || setting.isOptional ? verdict : `${verdict} ${setting.yaml}`;
}

test('EXPIRE is held against what the account does with mail on the server', () => {
  const judged = (expire: number | 'never' | undefined, of: Partial<Account>): string =>
    brief(judgeExpire(account(of), expire));
  assert.equal(judged(undefined, {}), 'ok');
  assert.equal(judged('never', {}), 'ok');
  assert.equal(judged(7, { onServer: 'keep' }), 'note');
  assert.equal(judged(7, { onServer: 'delete' }), 'ok');
  assert.equal(judged(30, { onServer: { deleteAfterDays: 30 } }), 'ok');
  assert.equal(judged(7, { onServer: { deleteAfterDays: 30 } }), 'note onServer: { deleteAfterDays: 7 }');
  assert.equal(judged(0, { onServer: { deleteAfterDays: 30 } }), 'note onServer: delete');
});

test('LOGIN-DELAY is held against the schedule', () => {
  const judged = (seconds: number | undefined, schedule: Account['schedule']): string =>
    brief(judgeLoginDelay(account({ schedule }), seconds));
  assert.equal(judged(undefined, { everyMinutes: 1 }), 'ok');
  assert.equal(judged(0, { everyMinutes: 1 }), 'ok');
  assert.equal(judged(300, { everyMinutes: 5 }), 'ok');
  assert.equal(judged(301, { everyMinutes: 5 }), 'problem schedule: every 6 minutes');
  assert.equal(judged(900, { cron: '* * * * *', timezone: 'UTC' }), 'note');
});

test('what is promised after login counts more than what was promised before', () => {
  const before = capabilities('EXPIRE 31 USER', 'LOGIN-DELAY 300 USER');
  assert.deepEqual(promisesOf(before, capabilities('EXPIRE NEVER', 'LOGIN-DELAY 0')), {
    expire: 'never',
    loginDelaySeconds: 0,
  });
  assert.deepEqual(promisesOf(before, undefined), { expire: 31, loginDelaySeconds: 300 });
});

test('a second login waits as long as the server wants, beside the first session only if that stays open', () => {
  assert.deepEqual(planSecondSession(undefined, 180_000), { when: 'beside', waitMs: 0 });
  assert.deepEqual(planSecondSession(10, 180_000), { when: 'beside', waitMs: 11_000 });
  assert.deepEqual(planSecondSession(60, 180_000), { when: 'after', waitMs: 61_000 });
  assert.equal(planSecondSession(300, 180_000).when, 'never');
  assert.deepEqual(planSecondSession(300, 7 * 60_000), { when: 'after', waitMs: 301_000 });
  assert.equal(planSecondSession(undefined, 10_000).when, 'never');
});

test('UIDLs that are missing or shared are counted', () => {
  assert.equal(judgeUidls(seen(['a', 'b', 'c'])).verdict, 'ok');
  assert.equal(judgeUidls(seen([])).verdict, 'ok');
  const some = judgeUidls(seen(['a', 'a', undefined, 'b', 'c', 'd', 'e']));
  assert.equal(some.verdict, 'note');
  assert.match(some.finding, /1 of 7 messages have none, 2 of 7 messages share one/);
  assert.equal(judgeUidls(seen(['a', 'a', 'b'])).verdict, 'problem');
  assert.equal(judgeUidls(seen(['a'], { uidlRows: undefined })).verdict, 'problem');
});

test('a maildrop that is counted in two ways, or in two sessions, differently may be shown in part', () => {
  const all = seen(['a', 'b']);
  assert.equal(judgeWindow(all, all).verdict, 'ok');
  assert.match(judgeWindow(all, undefined).finding, /^STAT, LIST, UIDL agree on 2 messages in one session$/);
  const part = judgeWindow(seen(['a', 'b'], { size: { messages: 300, octets: 9 } }), undefined);
  assert.equal(part.verdict, 'note');
  assert.match(part.finding, /in session 1 STAT says 300, LIST 2, UIDL 2: .* as Gmail does/);
  assert.equal(judgeWindow(all, seen(['a', 'b', 'c'])).verdict, 'note');
  assert.equal(judgeWindow(seen(['a'], { listRows: undefined }), undefined).verdict, 'ok');
});

test('UIDLs are stable if those of the first session are those of the second', () => {
  const judged = (before: readonly string[], now: readonly string[]): string =>
    judgeStability(seen(before).messages, seen(now).messages).verdict;
  assert.equal(judged(['a', 'b'], ['a', 'b']), 'ok');
  assert.equal(judged(['a', 'b'], ['a', 'b', 'c']), 'ok');
  assert.equal(judged(['a', 'b'], ['b', 'c']), 'note');
  assert.equal(judged(['a', 'b'], ['c', 'd']), 'problem');
  assert.equal(judged([], []), 'not-tried');
  assert.equal(judged(['a'], []), 'note');
});

test('pipelining is to be set where what a server says is not what it does', () => {
  const works = { works: true, messages: 3, singleMs: 9, aheadMs: 1 } as const;
  const broken = { works: false, why: 'it hung' } as const;
  assert.equal(brief(judgePipelining(true, 'auto', works)), 'ok');
  assert.equal(brief(judgePipelining(false, 'auto', works)), 'note pipelining: always');
  assert.equal(brief(judgePipelining(false, 'always', works)), 'ok');
  assert.equal(brief(judgePipelining(true, 'never', works)), 'note');
  assert.equal(brief(judgePipelining(true, 'auto', broken)), 'problem pipelining: never');
  assert.equal(brief(judgePipelining(false, 'always', broken)), 'problem pipelining: auto');
  assert.equal(brief(judgePipelining(false, 'auto', broken)), 'ok');
  assert.equal(brief(judgePipelining(true, 'never', broken)), 'ok');
});

test('a certificate is a problem when it is about to end, and its key can be pinned', () => {
  const judged = (daysLeft: number, pins: readonly string[] = []): string[] =>
    judgeTls(account({ tls: 'implicit', pins }), { tls: tls(daysLeft) }, NOW).map(({ verdict }) => verdict);
  assert.deepEqual(judged(60), ['ok', 'ok', 'ok']);
  assert.deepEqual(judged(20), ['ok', 'note', 'ok']);
  assert.deepEqual(judged(3), ['ok', 'problem', 'ok']);
  const [, certificate, pin] = judgeTls(account({ tls: 'implicit' }), { tls: tls(60) }, NOW);
  assert.match(
    certificate?.finding ?? '',
    /for pop\.example\.org; .*An Authority; until 2027-01-22, 60 days/,
  );
  assert.deepEqual([pin?.setting?.yaml, pin?.setting?.isOptional], ["pins: ['PIN=']", true]);
  const [, , pinned] = judgeTls(account({ tls: 'implicit', pins: ['PIN='] }), { tls: tls(60) }, NOW);
  assert.equal(pinned?.setting, undefined);
});

test('clear text is a problem where the server offers TLS', () => {
  const judged = (...rows: readonly string[]): string | undefined =>
    judgeTls(account(), { greeting: '', capabilities: capabilities(...rows) }, NOW).map(brief)[0];
  assert.equal(judged('STLS'), 'problem tls: starttls');
  assert.equal(judged('TOP'), 'note');
});

test('a login that is named, and weaker than what is offered, is noted', () => {
  const named = (method: 'PLAIN' | undefined): string | undefined => {
    const login = { method: 'PLAIN', reason: 'named by the account', tellsOfBinding: false } as const;
    const facts = { login, capabilities: capabilities('SASL PLAIN SCRAM-SHA-256', 'USER') };
    const [check] = judgeLogin(account({ auth: { ...passwordAuth('env', 'X'), method } }), facts);
    assert.match(check?.finding ?? '', /offered: PLAIN, SCRAM-SHA-256, USER$/);
    return check?.verdict;
  };
  assert.equal(named('PLAIN'), 'note');
  assert.equal(named(undefined), 'ok');
});

test('capabilities after login are told where they differ, but not those of logging in', () => {
  const before = capabilities('TOP', 'USER', 'STLS', 'EXPIRE 31 USER');
  const { finding } = judgeCapabilities(before, capabilities('TOP', 'PIPELINING', 'EXPIRE NEVER'));
  assert.match(finding, /; after login also PIPELINING, EXPIRE NEVER; after login no longer EXPIRE 31 USER$/);
  assert.equal(judgeCapabilities(undefined, undefined).verdict, 'note');
  assert.equal(judgeCapabilities(before, undefined).verdict, 'note');
});

test('what a server says is made fit for a terminal', () => {
  const { finding } = judgeCapabilities(capabilities('IMPLEMENTATION \x1b]0;evil\x07'), undefined);
  assert.match(finding, /IMPLEMENTATION \?\]0;evil\?/);
});

test('samples are judged by their octets, and a header by RETR', () => {
  const sample = {
    messageNumber: 1,
    listedOctets: 10,
    octets: 12,
    sha256: '',
    header: Buffer.from('A: b\r\n\r\n'),
  };
  assert.match(
    judgeSizes([sample, { ...sample, octets: 10 }], []).finding,
    /1 of 2 messages came with \+2 octets/,
  );
  assert.equal(judgeSizes([{ ...sample, octets: 0 }], []).verdict, 'problem');
  assert.equal(
    judgeSizes([sample], [{ messageNumber: 2, refusal: 'RETR 2 was refused' }]).verdict,
    'problem',
  );
  assert.equal(judgeTop(undefined, sample).verdict, 'note');
  assert.equal(judgeTop(Buffer.from('A: b\r\n\r\n'), sample).verdict, 'ok');
  assert.equal(judgeTop(Buffer.from('A: b\r\n\r\n\r\n'), sample).verdict, 'note');
  assert.equal(judgeTop(Buffer.from('A: b\r\n\r\n'), undefined).verdict, 'not-tried');
});

test('samples are few, small, and from all over the mailbox', () => {
  const many = Array.from({ length: 101 }, (_, index): ListedMessage => ({
    messageNumber: index + 1,
    octets: index === 50 ? 10_000_000 : 100,
    uidl: undefined,
  }));
  assert.deepEqual(
    chooseSamples(many).map(({ messageNumber }) => messageNumber),
    [1, 26, 52, 76, 101],
  );
  assert.deepEqual(chooseSamples(many.slice(0, 2)).length, 2);
  assert.deepEqual(chooseSamples([]), []);
  assert.deepEqual(chooseSamples([{ messageNumber: 1, octets: undefined, uidl: undefined }]), []);
});
