// LIST and UIDL: every message with its size and id, and what a refusal means.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import { failure, inScript, inSession, MAIL, startWith } from './session-under-test.ts';

test('the two listings name every message with its size and id', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    const list = MAIL.map((content, index) => ({ messageNumber: index + 1, octets: content.length }));
    assert.deepEqual(await session.list(), list);
    const ids = server.maildrop.map(({ uidl }, index) => ({ messageNumber: index + 1, uidl }));
    assert.deepEqual(await session.uidl(), ids);
  });
});

test('a server without UIDL gives undefined, and the session goes on', async () => {
  await using server = await startWith({ noUidl: true });
  await inSession(server.port, async (session) => {
    assert.equal(await session.uidl(), undefined);
    assert.equal((await session.list())?.length, MAIL.length);
  });
});

test('UIDL refused by a server that has it is no server without UIDL', async () => {
  const steps: ScriptStep[] = [
    { expect: 'UIDL' },
    { send: '-ERR disk trouble\r\n' },
    { expect: 'CAPA' },
    { send: '+OK\r\nTOP\r\nUIDL\r\n.\r\n' },
  ];
  await inScript(steps, async (session) => {
    await assert.rejects(session.uidl(), failure('POP3_UNAVAILABLE', 'session'));
  });
});

test('UIDL refused with a response code is trouble of the moment, and CAPA is not asked', async () => {
  const steps: ScriptStep[] = [{ expect: 'UIDL' }, { send: '-ERR [SYS/TEMP] later\r\n' }];
  await inScript(steps, async (session) => {
    await assert.rejects(session.uidl(), failure('POP3_UNAVAILABLE', 'session'));
  });
});

test('LIST refused gives undefined, and the session goes on', async () => {
  const steps: ScriptStep[] = [
    { expect: 'LIST' },
    { send: '-ERR not today\r\n' },
    { expect: 'UIDL' },
    { send: '+OK\r\n1 a\r\n.\r\n' },
  ];
  await inScript(steps, async (session) => {
    assert.equal(await session.list(), undefined);
    assert.deepEqual(await session.uidl(), [{ messageNumber: 1, uidl: 'a' }]);
  });
});

test('a row that is none ends the session', async () => {
  await inScript([{ expect: 'LIST' }, { send: '+OK\r\n1 5\r\nnonsense\r\n.\r\n' }], async (session) => {
    await assert.rejects(session.list(), failure('POP3_PROTOCOL', 'session'));
    await assert.rejects(session.dele(1), MailferryError);
  });
});

test('an endless answer is cut off', async () => {
  await inScript([{ expect: 'LIST' }, { send: `+OK ${'x'.repeat(9000)}` }], async (session) => {
    await assert.rejects(session.list(), failure('POP3_LIMIT_EXCEEDED', 'session'));
  });
});
