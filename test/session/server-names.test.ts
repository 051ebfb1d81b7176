// What a server calls itself is for people: nothing that is sent depends on it (RFC 2449 section 6.9).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../lib/session/open-session.ts';
import { pop3By } from '../support/pop3-by.ts';
import { ReplayConnection } from '../support/replay-connection.ts';
import { dialerTo } from '../support/replay-dialer.ts';
import { hears, says } from './hostile/hostile-session.ts';
import { ACCESS, accountAt } from './session-under-test.ts';

const NAMES = [
  'ready',
  'Dovecot ready.',
  'Cyrus POP3 v3.6 server ready',
  'Gpop ready for requests from 192.0.2.1',
  'The Microsoft Exchange POP3 service is ready.',
  'Maillennium POP3/PROXY server #1',
];

test('whatever a server calls itself, the same commands are sent', async (t) => {
  for (const name of NAMES) {
    const connection = new ReplayConnection([
      says(`+OK ${name}\r\n`),
      ...hears('CAPA'),
      says(`+OK\r\nUSER\r\nUIDL\r\nIMPLEMENTATION ${name}\r\n.\r\n`),
      ...hears('USER ann'),
      says('+OK\r\n'),
      ...hears('PASS secret'),
      says('+OK\r\n'),
      ...hears('UIDL'),
      says('+OK\r\n1 a\r\n.\r\n'),
      ...hears('LIST'),
      says('+OK\r\n1 20\r\n.\r\n'),
      ...hears('RETR 1'),
      says('+OK\r\nSubject: one\r\n\r\n.\r\n'),
      ...hears('QUIT'),
      says('+OK\r\n'),
    ]);
    t.after(() => {
      connection.close();
    });
    const { signal } = new AbortController();
    const session = await openSession(accountAt(110), ACCESS, pop3By(dialerTo(connection)), signal);
    await session.uidl();
    await session.list();
    for await (const octets of session.retrieve(1)) assert.ok(octets.length > 0);
    await session.quit();
    assert.deepEqual(connection.complaints, [], name);
  }
});
