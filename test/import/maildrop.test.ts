// The end of a maildrop's session: QUIT only when everything the server has shown is committed. To some servers QUIT
// means that we have it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Maildrop } from '../../lib/import/maildrop.ts';
import { failure, LOGIN } from '../session/session-under-test.ts';
import { row } from '../support/listed-messages.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import {
  fetch,
  inMaildrop,
  listedAs,
  mailOf,
  openMaildrop,
  serve,
  showHeader,
} from './maildrop-under-test.ts';

const MAIL = ['a', 'b', 'c'].map((id) => mailOf(id));

interface Ending {
  readonly name: string;
  readonly show: (maildrop: Maildrop) => Promise<void>;
  readonly quits: boolean;
}

const ENDINGS: readonly Ending[] = [
  { name: 'nothing was shown', show: async () => {}, quits: true },
  {
    name: 'all that was fetched is committed',
    show: async (maildrop) => {
      for (const listed of maildrop.listing) {
        await fetch(maildrop, listed);
        maildrop.committed(listed);
      }
    },
    quits: true,
  },
  {
    name: 'one of three messages fetched is not committed',
    show: async (maildrop) => {
      for (const listed of maildrop.listing) await fetch(maildrop, listed);
      maildrop.committed(listedAs(maildrop, 1));
      maildrop.committed(listedAs(maildrop, 3));
    },
    quits: false,
  },
  {
    name: 'a header was shown and its message is committed',
    show: async (maildrop) => {
      await showHeader(maildrop, listedAs(maildrop, 2));
      maildrop.committed(listedAs(maildrop, 2));
    },
    quits: true,
  },
  {
    name: 'a header was shown, and nothing of its message is committed',
    show: async (maildrop) => {
      await showHeader(maildrop, listedAs(maildrop, 2));
    },
    quits: false,
  },
  {
    name: 'a message was shown a second time after it was committed',
    show: async (maildrop) => {
      const listed = listedAs(maildrop, 1);
      await fetch(maildrop, listed);
      maildrop.committed(listed);
      await fetch(maildrop, listed);
    },
    quits: false,
  },
];

for (const { name, show, quits } of ENDINGS) {
  test(`${quits ? 'QUIT commits deletions' : 'the connection is dropped, and nothing deleted,'} when ${name}`, async () => {
    await using server = await serve(...MAIL);
    await inMaildrop(server, async (maildrop) => {
      await show(maildrop);
      assert.equal(maildrop.hasUncommitted, !quits);
      await maildrop.dele(listedAs(maildrop, 3));
      assert.equal(await maildrop.quit(), quits);
    });
    await server.close();
    assert.deepEqual(server.maildrop, quits ? MAIL.slice(0, 2) : MAIL);
    assert.equal(server.sessions[0]?.ending, quits ? 'quit' : 'dropped');
    assert.equal(server.sessions[0].commands.includes('QUIT'), quits);
  });
}

test('a message that the server refuses was not shown', async () => {
  await using server = await serve(...MAIL);
  server.faults = { refuseRetr: [2] };
  await inMaildrop(server, async (maildrop) => {
    const fetching = fetch(maildrop, listedAs(maildrop, 2));
    await assert.rejects(fetching, failure('POP3_COMMAND_REFUSED', 'message'));
    assert.equal(maildrop.hasUncommitted, false);
    assert.equal(await maildrop.quit(), true);
  });
});

test('a message that was cut in the middle was shown', async () => {
  await using server = await serve(...MAIL);
  server.faults = { cutRetr: { message: 2, afterOctets: 5, how: 'close' } };
  await inMaildrop(server, async (maildrop) => {
    const fetching = fetch(maildrop, listedAs(maildrop, 2));
    await assert.rejects(fetching, failure('POP3_CONNECTION_LOST', 'session'));
    assert.equal(maildrop.hasUncommitted, true);
    assert.equal(await maildrop.quit(), false);
  });
});

test('a server without TOP has shown nothing', async () => {
  const steps: ScriptStep[] = [
    { expect: 'UIDL' },
    { send: '+OK\r\n1 a\r\n.\r\n' },
    { expect: 'LIST' },
    { send: '+OK\r\n1 100\r\n.\r\n' },
    { expect: 'TOP 1 0' },
    { send: '-ERR unknown command\r\n' },
    { expect: 'QUIT' },
    { send: '+OK\r\n' },
  ];
  await using server = await startScriptedServer([...LOGIN, ...steps]);
  await inMaildrop(server, async (maildrop) => {
    assert.equal(await maildrop.header(listedAs(maildrop, 1)), undefined);
    assert.equal(maildrop.hasUncommitted, false);
    assert.equal(await maildrop.quit(), true);
  });
});

test('a QUIT that is refused is an error, and no success', async () => {
  await using server = await serve(...MAIL);
  server.faults = { quit: 'refuse' };
  await inMaildrop(server, async (maildrop) => {
    await maildrop.dele(listedAs(maildrop, 1));
    await assert.rejects(maildrop.quit(), failure('POP3_COMMAND_REFUSED', 'session'));
  });
});

test('the listing names every message with number, size and UIDL', async () => {
  await using server = await serve(...MAIL);
  server.faults = { listSizes: { 1: 10, 2: 20, 3: 30 } };
  await inMaildrop(server, async (maildrop) => {
    assert.equal(maildrop.hasUidls, true);
    assert.deepEqual(maildrop.listing, [row(1, 'a', 10), row(2, 'b', 20), row(3, 'c', 30)]);
  });
});

test('a server without UIDL is taken as it is, unless it gave UIDLs before', async () => {
  await using server = await serve(...MAIL);
  server.faults = { noUidl: true };
  await inMaildrop(server, async (maildrop) => {
    assert.equal(maildrop.hasUidls, false);
    assert.deepEqual(
      maildrop.listing.map(({ uidl }) => uidl),
      [undefined, undefined, undefined],
    );
  });
  await assert.rejects(openMaildrop(server.port, true), failure('POP3_UNAVAILABLE', 'session'));
  const deadline = AbortSignal.timeout(5000);
  // The server notices a moment later.
  while (server.sessions[1]?.ending === 'open' && !deadline.aborted) await nextTurn();
  assert.equal(server.sessions[1]?.ending, 'dropped', 'no connection is left open');
});

test('a server that lists nothing at all is out of order', async () => {
  const steps: ScriptStep[] = [
    { expect: 'UIDL' },
    { send: '-ERR\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    { expect: 'LIST' },
    { send: '-ERR\r\n' },
  ];
  await using server = await startScriptedServer([...LOGIN, ...steps]);
  await assert.rejects(openMaildrop(server.port), failure('POP3_UNAVAILABLE', 'session'));
});

test('a server that has to wait for us hears that we are there, and not while it is sending', async () => {
  await using server = await serve(...MAIL);
  await inMaildrop(server, async (maildrop) => {
    await maildrop.awakeDuring(async () => await sleep(90), 20);
    const before = noops(server);
    assert.ok(before >= 1 && before <= 5, `${before} times`);
    for await (const { read } of maildrop.retrieveEach([{ listed: listedAs(maildrop, 1) }], 1)) {
      const octets = read();
      await octets.next();
      await maildrop.awakeDuring(async () => await sleep(50), 5);
      assert.equal(noops(server), before);
      for await (const _ of octets) {
        // To its end.
      }
    }
  });
});

function noops(server: Pop3TestServer): number {
  return server.sessions.flatMap(({ commands }) => commands).filter((command) => command === 'NOOP').length;
}
