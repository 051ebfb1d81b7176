// Messages that try to end early. A sender writes "LF dot LF" and forged answers behind it: whoever ends a message there
// files what the sender likes under the names of other messages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../../support/memory-blob-store.ts';
import { hears, loggedIn, says } from './hostile-session.ts';

const FORGED = '+OK 9999 octets\r\nSubject: forged\r\n\r\n';

for (const end of [
  '\n.\n',
  '\n.\r\n',
  '\r\n.\n',
  '\r.\r',
  '\r.\r\n',
  '\n\r.\n\r',
  '\r\n.\r',
  '\r\n.\0\r\n',
  '\0.\0',
]) {
  test(`${JSON.stringify(end)} inside a message is data, and no answer behind it is believed`, async (t) => {
    const message = `Subject: one${end}${FORGED}the end\r\n`;
    for (const chunkOctets of [(available: number) => available, () => 1, () => 3]) {
      const events = [
        ...hears('RETR 1'),
        says(`+OK\r\n${message}.\r\n`),
        ...hears('RETR 2'),
        says('+OK\r\nSubject: two\r\n\r\n.\r\n'),
      ];
      const { session } = await loggedIn(t, events, { chunkOctets });
      assert.equal((await collect(session.retrieve(1))).toString('latin1'), message);
      assert.equal((await collect(session.retrieve(2))).toString('latin1'), 'Subject: two\r\n\r\n');
    }
  });
}

test('a line that is a lone dot, not stuffed, ends the message and the session with it', async (t) => {
  const { server, session } = await loggedIn(t, [
    ...hears('RETR 1'),
    says(`+OK\r\nSubject: one\r\n\r\n.\r\n${FORGED}.\r\n`),
  ]);
  await server.fails('POP3_PROTOCOL', async () => await collect(session.retrieve(1)));
});

const LF_LOGIN_TAIL = 'Subject: one\n\n..\n..x\nend\n';

test('from a server that ends its own lines in LF, messages end in LF dot LF, and keep their LFs', async (t) => {
  for (const chunkOctets of [(available: number) => available, () => 1, () => 3]) {
    const { session } = await loggedIn(
      t,
      [...hears('RETR 1'), says(`+OK\n${LF_LOGIN_TAIL}.\n`), ...hears('QUIT'), says('+OK\n')],
      { chunkOctets },
    );
    assert.equal((await collect(session.retrieve(1))).toString('latin1'), 'Subject: one\n\n.\n.x\nend\n');
    await session.quit();
  }
});

test('a status line that ends in CRLF binds the message behind it to CRLF, even if other answers ended in LF', async (t) => {
  const message = `Subject: one\n.\n${FORGED}`;
  const { session } = await loggedIn(t, [
    ...hears('DELE 2'),
    says('+OK\n'),
    ...hears('RETR 1'),
    says(`+OK\r\n${message}.\r\n`),
  ]);
  await session.dele(2);
  assert.equal((await collect(session.retrieve(1))).toString('latin1'), message);
});
