// The end of a session, and one answer to one command: a closed connection at the first doubt. What single commands carry
// is in the tests beside this one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { collect } from '../support/memory-blob-store.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import {
  LOGIN_COMMANDS,
  failure,
  inScript,
  inSession,
  LOGIN,
  MAIL,
  startWith,
} from './session-under-test.ts';

test('a message marked is deleted by quit', async () => {
  await using server = await startWith({});
  const [first, , third] = server.maildrop;
  await inSession(server.port, async (session) => {
    await session.dele(2);
    assert.equal(server.maildrop.length, 3, 'nothing is deleted before QUIT');
    await session.quit();
  });
  assert.deepEqual(server.maildrop, [first, third]);
  assert.equal(server.sessions[0]?.ending, 'quit');
});

test('a dropped session deletes nothing and sends no QUIT', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    await session.dele(1);
    session.drop();
  });
  await server.close();
  assert.equal(server.maildrop.length, MAIL.length);
  assert.equal(server.sessions[0]?.ending, 'dropped');
});

test('a refused DELE loses that message only', async () => {
  await using server = await startWith({});
  const [first, , third] = server.maildrop;
  await inSession(server.port, async (session) => {
    await assert.rejects(session.dele(4), failure('POP3_COMMAND_REFUSED', 'message'));
    await session.dele(2);
    await session.quit();
  });
  assert.deepEqual(server.maildrop, [first, third]);
});

test('a refused QUIT is an error, since deletions may not have happened', async () => {
  await using server = await startWith({ quit: 'refuse' });
  await inSession(server.port, async (session) => {
    await session.dele(1);
    await assert.rejects(session.quit(), failure('POP3_COMMAND_REFUSED', 'session'));
  });
});

test('a QUIT that gets no answer is an error', async () => {
  await using server = await startWith({ quit: 'drop' });
  await inSession(server.port, async (session) => {
    await assert.rejects(session.quit(), failure('POP3_CONNECTION_LOST', 'session'));
  });
});

test('two answers to one command are an error before the next is sent', async () => {
  await using server = await startScriptedServer([
    ...LOGIN,
    { expect: 'DELE 1' },
    { send: '+OK\r\n+OK\r\n' },
  ]);
  await inSession(server.port, async (session) => {
    await session.dele(1);
    await assert.rejects(session.dele(2), failure('POP3_PROTOCOL', 'session'));
  });
  await server.close();
  assert.deepEqual(server.received[0], [...LOGIN_COMMANDS, 'DELE 1']);
});

test('an answer that is none ends the session', async () => {
  await inScript([{ expect: 'RETR 1' }, { send: 'Subject: out of step\r\n' }], async (session) => {
    await assert.rejects(collect(session.retrieve(1)), failure('POP3_PROTOCOL', 'session'));
    await assert.rejects(session.dele(1), MailferryError);
  });
});

test('a row that begins with a dot has lost the dot that the server put before it', async () => {
  const steps: ScriptStep[] = [{ expect: 'CAPA' }, { send: '+OK\r\nTOP\r\n..ODD\r\n.\r\n' }];
  await inScript(steps, async (session) => {
    const capabilities = await session.capabilities();
    assert.deepEqual([...(capabilities?.keys() ?? [])], ['TOP', '.ODD']);
  });
});
