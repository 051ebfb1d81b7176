// That two sessions at once are seen in a log, and two after each other are not taken for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlapping, readSessions } from './dovecot-sessions.ts';

const line = {
  login: (seconds: string, user: string, id: string) =>
    `2026-11-23 10:00:${seconds} pop3-login: Info: Login: user=<${user}>, method=PLAIN, rip=127.0.0.1, lip=127.0.0.1, mpid=7, secured, session=<${id}>\n`,
  end: (seconds: string, user: string, id: string, how = 'Logged out') =>
    `2026-11-23 10:00:${seconds} pop3(${user})<7><${id}>: Info: Disconnected: ${how} top=0/0, retr=3/99, del=0/80, size=2\n`,
};

void test('sessions after each other do not overlap, also if the end is noted a moment late', () => {
  const sessions = readSessions(
    line.login('01.000000', 'a', 'a1') +
      line.login('02.100000', 'a', 'a2') +
      line.end('02.150000', 'a', 'a1', 'Connection closed') +
      line.login('02.200000', 'b', 'b1') +
      line.end('03.000000', 'a', 'a2'),
  );
  assert.deepEqual(
    sessions.map(({ user, id, retrieved }) => [user, id, retrieved]),
    [
      ['a', 'a1', 3],
      ['a', 'a2', 3],
      ['b', 'b1', 0],
    ],
  );
  assert.equal(sessions[0]?.to, (sessions[0]?.from ?? 0) + 1150);
  assert.equal(sessions[2]?.to, undefined);
  assert.deepEqual(overlapping(sessions, 100), []);
  assert.equal(overlapping(sessions, 0).length, 1);
});

void test('a short session within a long one overlaps, and one that never ended with all after it', () => {
  const sessions = readSessions(
    line.login('01.000000', 'a', 'long') +
      line.login('02.000000', 'a', 'short') +
      line.end('02.010000', 'a', 'short') +
      line.end('09.000000', 'a', 'long') +
      line.login('10.000000', 'a', 'endless') +
      line.login('11.000000', 'a', 'last'),
  );
  assert.deepEqual(
    overlapping(sessions, 500).map((pair) => pair.map(({ id }) => id)),
    [
      ['long', 'short'],
      ['endless', 'last'],
    ],
  );
});
