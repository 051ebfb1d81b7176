// A second session on a maildrop: every message of the first listing gets the number it has now, or none. A wrong number
// would delete somebody else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Maildrop } from '../../lib/import/maildrop.ts';
import { failure } from '../session/session-under-test.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { fetch, inMaildrop, listedAs, mailOf, serve } from './maildrop-under-test.ts';

/** Numbers of the first listing that the present session knows as well. */
function numbersLeft(maildrop: Maildrop): number[] {
  return maildrop.listing.filter((listed) => maildrop.has(listed)).map(({ messageNumber }) => messageNumber);
}

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((id) => mailOf(id)) as [
  TestMessage,
  TestMessage,
  TestMessage,
  TestMessage,
];

interface Case {
  readonly name: string;
  readonly before: readonly TestMessage[];
  readonly after: readonly TestMessage[];
  readonly noUidl?: true;
  /** Numbers of the first session. */
  readonly left: readonly number[];
}

const CASES: readonly Case[] = [
  { name: 'all messages that are still there', before: [A, B, C], after: [A, B, C], left: [1, 2, 3] },
  { name: 'messages whose numbers have changed', before: [A, B, C], after: [C, D, B], left: [2, 3] },
  { name: 'no message of an empty maildrop', before: [A, B], after: [], left: [] },
  { name: 'no message of which the UIDLs are others', before: [A, B], after: [C, D], left: [] },
  {
    name: 'no message that has another size under its UIDL',
    before: [A, B],
    after: [mailOf('a', 'a', 1), B],
    left: [2],
  },
  {
    name: 'a message whose UIDL another one had too, by number and size',
    before: [mailOf('x', 'one'), mailOf('x', 'another', 9), mailOf('x', 'third')],
    after: [mailOf('x', 'one'), mailOf('x', 'another', 8), A],
    left: [1],
  },
  {
    name: 'one of two messages of one UIDL and size by its number, when the other is gone',
    before: [mailOf('x', 'one'), mailOf('x', 'two')],
    after: [mailOf('x', 'one')],
    left: [1],
  },
  {
    name: 'no message whose UIDL several others have now',
    before: [A],
    after: [B, mailOf('a', 'b'), mailOf('a', 'c')],
    left: [],
  },
  {
    name: 'a message without UIDL by number and size',
    before: [A, B, C],
    after: [A, mailOf('b', 'b', 1), C, D],
    noUidl: true,
    left: [1, 3],
  },
  {
    name: 'no message without UIDL that has another number',
    before: [mailOf('', 'first', 1), mailOf('', 'second', 2)],
    after: [mailOf('', 'second', 2), mailOf('', 'first', 1)],
    left: [],
  },
  {
    name: 'no message that had no UIDL and has one now',
    before: [mailOf('', 'a')],
    after: [A],
    left: [],
  },
];

for (const { name, before, after, noUidl, left } of CASES) {
  test(`a second session knows ${name}`, async () => {
    await using server = await serve(...before);
    server.faults = noUidl ? { noUidl } : {};
    await inMaildrop(server, async (maildrop) => {
      const { listing } = maildrop;
      server.maildrop.splice(0, server.maildrop.length, ...after);
      await maildrop.reopen();
      assert.equal(maildrop.listing, listing, 'the run stays about the first listing');
      assert.deepEqual(numbersLeft(maildrop), left);
    });
  });
}

test('after a second session the right message is fetched and deleted under its new number', async () => {
  await using server = await serve(A, B, C);
  await inMaildrop(server, async (maildrop) => {
    server.maildrop.splice(0, 3, D, C, B);
    await maildrop.reopen();
    const [b, c] = [listedAs(maildrop, 2), listedAs(maildrop, 3)];
    assert.match(await fetch(maildrop, b), /body of b/);
    maildrop.committed(b);
    await maildrop.dele(c);
    assert.equal(await maildrop.quit(), true);
  });
  assert.deepEqual(server.maildrop, [D, B]);
  assert.deepEqual(server.sessions[1]?.commands.slice(-3), ['RETR 3', 'DELE 2', 'QUIT']);
});

test('a message that the second session does not list is neither fetched nor shown nor deleted', async () => {
  await using server = await serve(A, B);
  await inMaildrop(server, async (maildrop) => {
    const a = listedAs(maildrop, 1);
    server.maildrop.splice(0, 1);
    await maildrop.reopen();
    await assert.rejects(fetch(maildrop, a), /does not list/);
    await assert.rejects(maildrop.header(a), /does not list/);
    await assert.rejects(maildrop.dele(a), /does not list/);
  });
  await server.close();
  assert.equal(server.sessions[1]?.commands.at(-1), 'LIST');
});

test('what the first session has shown does not keep the second from its QUIT', async () => {
  await using server = await serve(A, B);
  await inMaildrop(server, async (maildrop) => {
    await fetch(maildrop, listedAs(maildrop, 1));
    await maildrop.reopen();
    assert.equal(maildrop.hasUncommitted, false);
    assert.equal(await maildrop.quit(), true);
  });
  await server.close();
  assert.deepEqual(
    server.sessions.map(({ ending }) => ending),
    ['dropped', 'quit'],
  );
});

test('a second session that fails leaves no connection, and a third may succeed', async () => {
  await using server = await serve(A, B);
  await inMaildrop(server, async (maildrop) => {
    server.faults = { login: '-ERR [IN-USE] busy' };
    await assert.rejects(maildrop.reopen(), failure('POP3_MAILDROP_BUSY', 'session'));
    server.faults = {};
    await maildrop.reopen();
    assert.match(await fetch(maildrop, listedAs(maildrop, 2)), /body of b/);
  });
  await server.close();
  assert.deepEqual(
    server.sessions.map(({ ending }) => ending),
    ['dropped', 'dropped', 'dropped'],
  );
});

test('a server that loses its UIDL command between two sessions has no message that we know', async () => {
  await using server = await serve(A, B);
  await inMaildrop(server, async (maildrop) => {
    server.faults = { noUidl: true };
    await maildrop.reopen();
    assert.deepEqual(numbersLeft(maildrop), []);
  });
});
