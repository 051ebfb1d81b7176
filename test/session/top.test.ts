// TOP over real sockets: a header as RETR would show it, or nothing from a server that has no TOP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { collect } from '../support/memory-blob-store.ts';
import { oddMail, plainMail } from '../support/odd-mail.ts';
import { asServed } from '../support/pop3-server/maildrop.ts';
import { headersAndLines } from '../support/pop3-server/top-lines.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import { LOGIN_COMMANDS, failure, inScript, inSession, MAIL, startWith } from './session-under-test.ts';

async function topOf(session: Pop3Session, messageNumber: number, lines: number): Promise<Buffer> {
  const shown = await session.top(messageNumber, lines);
  assert.ok(shown, `TOP ${messageNumber} ${lines} was refused`);
  return await collect(shown);
}

const DOTTED = Buffer.from('.From: a\r\n..To: b\r\n.\r\nX: c\n.\r\n\r\n.body\r\n..\r\nmore\r\n');

for (const writeOctets of [undefined, 1, 7]) {
  test(`TOP shows header and lines octet for octet, ${writeOctets ?? 'as many octets as fit'} a write`, async () => {
    const mail = [...MAIL, DOTTED, Buffer.alloc(0), Buffer.from('no empty line')];
    await using server = await startWith(writeOctets === undefined ? {} : { writeOctets }, mail);
    await inSession(server.port, async (session) => {
      for (const [index, content] of mail.entries()) {
        for (const lines of [0, 1, 99]) {
          const expected = asServed(await collect(headersAndLines([content], lines)));
          const shown = await topOf(session, index + 1, lines);
          assert.ok(shown.equals(expected), `message ${index + 1}, ${lines} lines`);
        }
      }
    });
  });
}

test('the dots of a header are those of the message', async () => {
  await using server = await startWith({}, [DOTTED]);
  await inSession(server.port, async (session) => {
    const header = '.From: a\r\n..To: b\r\n.\r\nX: c\n.\r\n\r\n';
    assert.equal((await topOf(session, 1, 0)).toString(), header);
    assert.equal((await topOf(session, 1, 1)).toString(), `${header}.body\r\n`);
  });
  assert.deepEqual(server.sessions[0]?.commands.slice(LOGIN_COMMANDS.length), ['TOP 1 0', 'TOP 1 1']);
});

test('the header of every odd message is the start of what RETR carries', async () => {
  const mail = oddMail().map(({ bytes }) => bytes);
  await using server = await startWith({}, mail);
  await inSession(server.port, async (session) => {
    for (const index of mail.keys()) {
      const header = await topOf(session, index + 1, 0);
      const message = await collect(session.retrieve(index + 1));
      assert.ok(message.subarray(0, header.length).equals(header), `message ${index + 1}`);
    }
  });
});

for (const answer of ['-ERR unknown command', '-ERR [SYS/TEMP] later', '+ERR no']) {
  test(`TOP answered "${answer}" gives undefined, and the session goes on`, async () => {
    const steps: ScriptStep[] = [
      { expect: 'TOP 1 0' },
      { send: `${answer}\r\n` },
      { expect: 'RETR 1' },
      { send: '+OK\r\nall of it\r\n.\r\n' },
    ];
    await inScript(steps, async (session) => {
      assert.equal(await session.top(1, 0), undefined);
      assert.equal((await collect(session.retrieve(1))).toString(), 'all of it\r\n');
    });
  });
}

test('a lone plus is no header', async () => {
  await inScript([{ expect: 'TOP 1 0' }, { send: '+ go on\r\n' }], async (session) => {
    const shown = await session.top(1, 0).catch((error: unknown) => {
      assert.ok(error instanceof MailferryError);
    });
    assert.equal(shown, undefined);
  });
});

/** Takes one piece of the header of message 1, leaves, and expects that the connection is gone. */
async function leaveEarly(server: Pop3TestServer): Promise<void> {
  await inSession(server.port, async (session) => {
    for await (const piece of (await session.top(1, 0)) ?? []) {
      assert.ok(piece.length > 0);
      break;
    }
    await assert.rejects(session.dele(1), MailferryError);
  });
  assert.deepEqual(server.sessions[0]?.commands, [...LOGIN_COMMANDS, 'TOP 1 0']);
}

test('leaving a header before its end has arrived closes the connection', async () => {
  await using server = await startWith({}, [Buffer.alloc(4 * 1024 * 1024, 'X-Field: value\r\n')]);
  await leaveEarly(server);
});

test('leaving a header early closes the connection even when its end has arrived', async () => {
  await using server = await startWith({});
  await leaveEarly(server);
});

test('a header that nobody reads ends the session at the next command', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    assert.ok(await session.top(1, 0));
    await assert.rejects(session.dele(1), failure('POP3_PROTOCOL', 'session'));
  });
  assert.equal(server.sessions[0]?.commands.at(-1), 'TOP 1 0', 'the next command is never sent');
});

for (const [what, behind] of [
  ['a second answer', '+OK\r\nFrom: b\r\n\r\n.\r\n'],
  ['the rest of a header with a lone dot in it', 'To: b\r\n\r\n.\r\n'],
  ['one octet', '\n'],
] as const) {
  test(`${what} behind a header is an error, and the session is over`, async () => {
    const steps: ScriptStep[] = [{ expect: 'TOP 1 0' }, { send: `+OK\r\nFrom: a\r\n\r\n.\r\n${behind}` }];
    await inScript(steps, async (session) => {
      await assert.rejects(topOf(session, 1, 0), failure('POP3_PROTOCOL', 'session'));
      await assert.rejects(session.dele(1), MailferryError);
    });
  });
}

for (const how of ['close', 'reset'] as const) {
  test(`a header cut in the middle by ${how} is an error, never a short header`, async () => {
    const steps: ScriptStep[] = [{ expect: 'TOP 1 0' }, { send: '+OK\r\nFrom: a\r\n\r\n.' }, { end: how }];
    await inScript(steps, async (session) => {
      await assert.rejects(topOf(session, 1, 0), failure('POP3_CONNECTION_LOST', 'session'));
    });
  });
}

test('an answer to TOP that is none ends the session', async () => {
  await inScript([{ expect: 'TOP 1 0' }, { send: 'From: out of step\r\n' }], async (session) => {
    await assert.rejects(session.top(1, 0), failure('POP3_PROTOCOL', 'session'));
    await assert.rejects(session.dele(1), MailferryError);
  });
});

test('a header and then the whole message come in one session', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    for (const number of [1, 2, 3]) {
      await topOf(session, number, 0);
      const message = await collect(session.retrieve(number));
      assert.ok(message.equals(asServed(plainMail(number))));
    }
    await session.quit();
  });
  assert.equal(server.sessions[0]?.ending, 'quit');
});
