// A command leaves in one piece: some servers cannot put one together again from two packets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../lib/session/open-session.ts';
import type { Connection } from '../../lib/ports/pop3.ts';
import { pop3By } from '../support/pop3-by.ts';
import { ReplayConnection } from '../support/replay-connection.ts';
import { dialerTo } from '../support/replay-dialer.ts';
import { hears, says } from './hostile/hostile-session.ts';
import { ACCESS, accountAt } from './session-under-test.ts';

test('each command is one write, with its line end', async (t) => {
  const replay = new ReplayConnection([
    says('+OK ready\r\n'),
    ...hears('CAPA'),
    says('-ERR\r\n'),
    ...hears('USER ann'),
    says('+OK\r\n'),
    ...hears('PASS secret'),
    says('+OK\r\n'),
    ...hears('DELE 1'),
    says('+OK\r\n'),
    ...hears('QUIT'),
    says('+OK\r\n'),
  ]);
  t.after(() => {
    replay.close();
  });
  const writes: string[] = [];
  const watched: Connection = {
    tls: undefined,
    get bufferedOctets() {
      return replay.bufferedOctets;
    },
    read: () => replay.read(),
    write: async (octets) => {
      writes.push(Buffer.from(octets).toString('latin1'));
      await replay.write(octets);
    },
    startTls: () => replay.startTls(),
    close: (reason) => {
      replay.close(reason);
    },
  };
  const { signal } = new AbortController();
  const session = await openSession(accountAt(110), ACCESS, pop3By(dialerTo(watched)), signal);
  await session.dele(1);
  await session.quit();
  assert.deepEqual(writes, ['CAPA\r\n', 'USER ann\r\n', 'PASS secret\r\n', 'DELE 1\r\n', 'QUIT\r\n']);
});
