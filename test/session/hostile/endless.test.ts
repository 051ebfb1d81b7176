// Servers that never stop talking. Each is cut off at a cap, and the octets that were taken from it until then are counted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MAX_CAPABILITY_ROWS,
  MAX_LISTING_LINE_OCTETS,
  MAX_LISTING_ROWS,
  MAX_STATUS_LINE_OCTETS,
} from '../../../lib/core/limits.ts';
import { collect } from '../../support/memory-blob-store.ts';
import type { ReplayEvent } from '../../support/replay-script.ts';
import {
  hears,
  HostileServer,
  loggedIn,
  loginUpTo,
  READ_OCTETS,
  says,
  saysForever,
  saysPieces,
} from './hostile-session.ts';

for (const [name, endless] of [
  ['of spaces', saysForever(' ')],
  ['of text', saysForever('x')],
  ['of NULs', saysForever('\0')],
] as const) {
  test(`an endless greeting ${name} is cut off at the cap of a status line`, async (t) => {
    const server = new HostileServer(t, [says('+OK'), endless]);
    await server.fails('POP3_LIMIT_EXCEEDED', async () => await server.open());
    assert.ok(server.connection.octetsTaken <= MAX_STATUS_LINE_OCTETS + READ_OCTETS);
    assert.deepEqual(server.connection.sentLines, []);
  });
}

test('an endless greeting one octet at a time is cut off exactly at the cap', async (t) => {
  const server = new HostileServer(t, [says('+OK'), saysForever('x')], { chunkOctets: () => 1 });
  await server.fails('POP3_LIMIT_EXCEEDED', async () => await server.open());
  assert.equal(server.connection.octetsTaken, MAX_STATUS_LINE_OCTETS + 1);
});

test('a greeting that never ends is cut off even if every line of it is an answer', async (t) => {
  // The second line answers USER, the third PASS, and so on: nobody asked yet.
  const server = new HostileServer(t, [saysForever('+OK\r\n')]);
  await server.fails('POP3_PROTOCOL', async () => await server.open());
  assert.deepEqual(server.connection.sentLines, [], 'not even the user name was sent');
});

for (const keyword of ['USER', 'PASS'] as const) {
  test(`an endless answer to ${keyword} is cut off at the cap of a status line`, async (t) => {
    const server = new HostileServer(t, [...loginUpTo(keyword), says('-ERR '), saysForever('no ')]);
    await server.fails('POP3_LIMIT_EXCEEDED', async () => await server.open());
    assert.ok(server.connection.octetsTaken <= 1000 + MAX_STATUS_LINE_OCTETS + READ_OCTETS);
  });
}

for (const command of ['LIST', 'UIDL', 'CAPA'] as const) {
  test(`an endless row of ${command} is cut off at the cap of a row`, async (t) => {
    const { server, session } = await loggedIn(t, [...hears(command), says('+OK\r\n1 '), saysForever('u')]);
    const ask = {
      LIST: () => session.list(),
      UIDL: () => session.uidl(),
      CAPA: () => session.capabilities(),
    };
    await server.fails('POP3_LIMIT_EXCEEDED', async () => await ask[command]());
    assert.ok(server.connection.octetsTaken <= 1000 + MAX_LISTING_LINE_OCTETS + READ_OCTETS);
  });
}

test('an endless CAPA is cut off after its rows were counted', async (t) => {
  const { server, session } = await loggedIn(t, [
    ...hears('CAPA'),
    says('+OK\r\n'),
    saysForever('XTAG 1\r\n'),
  ]);
  await server.fails('POP3_LIMIT_EXCEEDED', async () => await session.capabilities());
  assert.ok(server.connection.octetsTaken <= 1000 + MAX_CAPABILITY_ROWS * 8 + READ_OCTETS);
});

/** Rows of LIST or UIDL that go on, each with its own number, `width` octets long. */
function rowsForever(width: number): ReplayEvent {
  let next = 1;
  return saysPieces(() => {
    const first = next;
    next += Math.ceil(READ_OCTETS / width);
    const rows = Array.from({ length: next - first }, (_, index) =>
      `${first + index} `.padEnd(width - 2, '7'),
    );
    return Buffer.from(rows.map((row) => `${row}\r\n`).join(''), 'latin1');
  });
}

const LONG = process.env['MAILFERRY_LONG'] === '1';

// The same count ends CAPA, two tests up, after 200 rows; two million take seconds.
test(
  'endless rows of LIST are cut off after they were counted',
  { skip: !LONG && 'needs MAILFERRY_LONG=1' },
  async (t) => {
    const { server, session } = await loggedIn(t, [...hears('LIST'), says('+OK\r\n'), rowsForever(16)]);
    await server.fails('POP3_LIMIT_EXCEEDED', async () => await session.list());
    assert.ok(server.connection.octetsTaken <= MAX_LISTING_ROWS * 16 + 2 * READ_OCTETS);
  },
);

/** A million rows as RFC 1939 knows them are 80 MB; no listing may hold more memory than a small machine has. */
const MOST_LISTING_OCTETS = 160 * 1024 * 1024;

test('an endless UIDL of rows as long as rows may be is cut off before it fills the memory', async (t) => {
  const rows = rowsForever(MAX_LISTING_LINE_OCTETS);
  const { server, session } = await loggedIn(t, [...hears('UIDL'), says('+OK\r\n'), rows]);
  await server.fails('POP3_LIMIT_EXCEEDED', async () => await session.uidl());
  assert.ok(
    server.connection.octetsTaken <= MOST_LISTING_OCTETS + 2 * READ_OCTETS,
    `${server.connection.octetsTaken} octets`,
  );
});

for (const command of ['RETR 1', 'TOP 1 0'] as const) {
  test(`a never-ending answer to ${command} is handed on as it comes and stops when its reader leaves`, async (t) => {
    const { server, session } = await loggedIn(t, [
      ...hears(command),
      says('+OK\r\n'),
      saysForever('text\r\n'),
    ]);
    const body = command === 'TOP 1 0' ? await session.top(1, 0) : session.retrieve(1);
    assert.ok(body);
    let seenOctets = 0;
    for await (const piece of body) {
      seenOctets += piece.length;
      // Nothing is read ahead of the reader: that is what keeps a slow one from filling the memory.
      assert.ok(server.connection.octetsTaken - seenOctets <= 1000 + READ_OCTETS);
      if (seenOctets > 10_000_000) break;
    }
    assert.ok(server.connection.isClosed, 'POP3 cannot stop a RETR');
  });
}

test('a body with no terminator is an error when the server hangs up, however long it was', async (t) => {
  const events = [...hears('RETR 1'), says(`+OK\r\n${'text\r\n'.repeat(50_000)}`), { end: 'close' } as const];
  const { server, session } = await loggedIn(t, events);
  await server.fails('POP3_CONNECTION_LOST', async () => await collect(session.retrieve(1)));
});
