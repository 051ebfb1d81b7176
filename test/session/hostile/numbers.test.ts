// Numbers no maildrop has, and octets no number has: refused, or known to be unknown; never wrapped, cut or guessed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hears, loggedIn, says } from './hostile-session.ts';

for (const row of [
  '0 120',
  '-1 120',
  '-2147483648 1',
  '+1 120',
  '1.5 120',
  '1e3 120',
  '0x10 120',
  '18446744073709551617 120',
  `${'9'.repeat(400)} 120`,
  '\x001 120',
  '1\x00 120',
  'NaN 120',
  '',
]) {
  test(`a row that begins ${JSON.stringify(row.slice(0, 24))} ends the session, in LIST and in UIDL`, async (t) => {
    const list = await loggedIn(t, [...hears('LIST'), says(`+OK\r\n1 1\r\n${row}\r\n.\r\n`)]);
    await list.server.fails('POP3_PROTOCOL', async () => await list.session.list());
    const uidl = await loggedIn(t, [...hears('UIDL'), says(`+OK\r\n1 a\r\n${row}\r\n.\r\n`)]);
    await uidl.server.fails('POP3_PROTOCOL', async () => await uidl.session.uidl());
  });
}

for (const size of [
  '-1',
  '-9999999999',
  '18446744073709551616',
  '9'.repeat(400),
  '1e9',
  '0x10',
  '1\x00',
  'NaN',
  '1,5',
]) {
  test(`a size of ${JSON.stringify(size.slice(0, 24))} is unknown, and the session goes on`, async (t) => {
    const { session } = await loggedIn(t, [...hears('LIST'), says(`+OK\r\n1 ${size}\r\n2 7\r\n.\r\n`)]);
    assert.deepEqual(await session.list(), [
      { messageNumber: 1, octets: undefined },
      { messageNumber: 2, octets: 7 },
    ]);
  });
}

test('sizes beyond four gigabytes are exact', async (t) => {
  const { session } = await loggedIn(t, [
    ...hears('LIST'),
    says('+OK\r\n1 4294967297\r\n2 999999999999999\r\n.\r\n'),
  ]);
  assert.deepEqual(await session.list(), [
    { messageNumber: 1, octets: 4_294_967_297 },
    { messageNumber: 2, octets: 999_999_999_999_999 },
  ]);
});

test('a UIDL of any octets is kept as it is, NUL and escape codes too, since it is only ever compared', async (t) => {
  const { session } = await loggedIn(t, [
    ...hears('UIDL'),
    says('+OK\r\n1 \x00\x1b[2J\xff/../../etc\r\n.\r\n'),
  ]);
  assert.deepEqual(await session.uidl(), [{ messageNumber: 1, uidl: '\x00\x1b[2J\xff/../../etc' }]);
});

for (const answer of [
  '',
  ' ',
  '-1 0',
  'NaN 0',
  '1e3 0',
  '0x10 0',
  '99999999999999999999 1',
  '\x00 1',
  '1\x00 1',
  'no mail',
]) {
  test(`STAT answered "+OK ${JSON.stringify(answer).slice(1, -1)}" is no empty maildrop but an error`, async (t) => {
    const { server, session } = await loggedIn(t, [...hears('STAT'), says(`+OK ${answer}\r\n`)]);
    await server.fails('POP3_PROTOCOL', async () => await session.stat());
  });
}

for (const octets of ['-1', '99999999999999999999', 'NaN', '', '1\x00']) {
  test(`STAT with ${JSON.stringify(octets)} octets has a number of messages and an unknown size`, async (t) => {
    const { session } = await loggedIn(t, [...hears('STAT'), says(`+OK 3 ${octets}\r\n`)]);
    assert.deepEqual(await session.stat(), { messages: 3, octets: undefined });
  });
}
