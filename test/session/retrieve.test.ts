// RETR over real sockets: the exact octets of a message, or an error, and never a part of one that passes for the whole.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { collect } from '../support/memory-blob-store.ts';
import { oddMail, plainMail } from '../support/odd-mail.ts';
import { asServed } from '../support/pop3-server/maildrop.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import { LOGIN_COMMANDS, failure, inScript, inSession, MAIL, startWith } from './session-under-test.ts';

for (const writeOctets of [undefined, 1, 7]) {
  test(`messages arrive octet for octet, ${writeOctets ?? 'as many octets as fit'} a write`, async () => {
    const mail = [
      ...MAIL,
      Buffer.alloc(0),
      Buffer.from('.\r\n..\r\n.x\r\na\n.\nb\r\n\r\n'),
      Buffer.from('\0\xff\xe9\r.\r\nno line end', 'latin1'),
    ];
    await using server = await startWith(writeOctets === undefined ? {} : { writeOctets }, mail);
    await inSession(server.port, async (session) => {
      for (const [index, content] of mail.entries()) {
        const retrieved = await collect(session.retrieve(index + 1));
        assert.ok(retrieved.equals(asServed(content)), `message ${index + 1}`);
      }
    });
  });
}

test('every odd message of the collection arrives octet for octet', async () => {
  const mail = oddMail().map(({ bytes }) => bytes);
  await using server = await startWith({}, mail);
  await inSession(server.port, async (session) => {
    for (const [index, content] of mail.entries()) {
      assert.ok(
        (await collect(session.retrieve(index + 1))).equals(asServed(content)),
        `message ${index + 1}`,
      );
    }
  });
});

for (const how of ['close', 'reset'] as const) {
  test(`a message cut in the middle by ${how} is an error, never a short message`, async () => {
    await using server = await startWith({ cutRetr: { message: 2, afterOctets: 20, how } });
    await inSession(server.port, async (session) => {
      await collect(session.retrieve(1));
      await assert.rejects(collect(session.retrieve(2)), failure('POP3_CONNECTION_LOST', 'session'));
    });
  });
}

test('a message cut right before its end is an error', async () => {
  const steps: ScriptStep[] = [{ expect: 'RETR 1' }, { send: '+OK\r\nall of it\r\n.' }, { end: 'close' }];
  await inScript(steps, async (session) => {
    await assert.rejects(collect(session.retrieve(1)), failure('POP3_CONNECTION_LOST', 'session'));
  });
});

test('a refused RETR loses that message only', async () => {
  await using server = await startWith({ refuseRetr: [2] });
  await inSession(server.port, async (session) => {
    await assert.rejects(collect(session.retrieve(2)), failure('POP3_COMMAND_REFUSED', 'message'));
    assert.ok((await collect(session.retrieve(3))).equals(asServed(plainMail(3))));
  });
});

/** Takes one piece of message 1, leaves, and expects that the connection is gone. */
async function leaveEarly(server: Pop3TestServer): Promise<void> {
  await inSession(server.port, async (session) => {
    for await (const piece of session.retrieve(1)) {
      assert.ok(piece.length > 0);
      break;
    }
    await assert.rejects(session.dele(1), MailferryError);
  });
  assert.deepEqual(server.sessions[0]?.commands, [...LOGIN_COMMANDS, 'RETR 1']);
}

test('leaving a message before its end has arrived closes the connection', async () => {
  await using server = await startWith({}, [Buffer.alloc(4 * 1024 * 1024, 'a line of text\r\n')]);
  await leaveEarly(server);
});

test('leaving a message early closes the connection even when its end has arrived', async () => {
  await using server = await startWith({});
  await leaveEarly(server);
});

test('octets behind the end of a message are an error, and the session is over', async () => {
  const steps: ScriptStep[] = [{ expect: 'RETR 1' }, { send: '+OK\r\nearly\r\n.\r\nrest of it\r\n.\r\n' }];
  await inScript(steps, async (session) => {
    await assert.rejects(collect(session.retrieve(1)), failure('POP3_PROTOCOL', 'session'));
    await assert.rejects(session.dele(1), MailferryError);
  });
});
