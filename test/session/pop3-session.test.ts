// A session over real sockets: exact octets from a right server, and a closed connection at the first doubt of a wrong
// one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { Account, AccountId } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { ErrorCode, ErrorScope } from '../../lib/core/errors.ts';
import { Secret } from '../../lib/core/secret.ts';
import { openSession } from '../../lib/session/open-session.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import { collect } from '../support/memory-blob-store.ts';
import { oddMail, plainMail } from '../support/odd-mail.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import { asServed, maildropOf } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { ScriptStep } from '../support/scripted-server.ts';

const MAIL = [plainMail(1), plainMail(2), plainMail(3)];

function accountAt(port: number): Account {
  return {
    id: 'ann' as AccountId,
    host: '127.0.0.1',
    port,
    tls: 'none',
    caFile: undefined,
    allowPrivateNetwork: true,
    user: 'ann',
    password: { store: 'env', locator: 'UNUSED' },
    limits: { messageOctets: undefined, runMessages: undefined, runOctets: undefined },
  };
}

async function open(port: number): Promise<Pop3Session> {
  const { signal } = new AbortController();
  return await openSession(accountAt(port), new Secret('secret'), new SocketDialer(), signal);
}

async function startWith(faults: Pop3Faults, mail: readonly Buffer[] = MAIL): Promise<Pop3TestServer> {
  return await startPop3Server({ maildrop: maildropOf(mail), user: 'ann', password: 'secret', faults });
}

/** Runs `use` in a session that is dropped afterwards in any case. */
async function inSession(port: number, use: (session: Pop3Session) => Promise<void>): Promise<void> {
  const session = await open(port);
  try {
    await use(session);
  } finally {
    session.drop();
  }
}

function failure(code: ErrorCode, scope: ErrorScope): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MailferryError, String(error));
    assert.deepEqual({ code: error.code, scope: error.scope }, { code, scope });
    return true;
  };
}

const LOGIN: readonly ScriptStep[] = [
  { send: '+OK ready\r\n' },
  { expect: 'USER ann' },
  { send: '+OK\r\n' },
  { expect: 'PASS secret' },
  { send: '+OK\r\n' },
];

/** A session with a server that says these things after login. */
async function inScript(
  steps: readonly ScriptStep[],
  use: (session: Pop3Session) => Promise<void>,
): Promise<void> {
  await using server = await startScriptedServer([...LOGIN, ...steps]);
  await inSession(server.port, use);
}

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
  assert.deepEqual(server.sessions[0]?.commands, ['USER ann', 'PASS secret', 'RETR 1']);
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
  assert.deepEqual(server.received[0], ['USER ann', 'PASS secret', 'DELE 1']);
});

test('an answer that is none ends the session', async () => {
  await inScript([{ expect: 'RETR 1' }, { send: 'Subject: out of step\r\n' }], async (session) => {
    await assert.rejects(collect(session.retrieve(1)), failure('POP3_PROTOCOL', 'session'));
    await assert.rejects(session.dele(1), MailferryError);
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

const LOGINS: readonly [answer: string, code: ErrorCode, scope: ErrorScope][] = [
  ['-ERR [AUTH] no', 'POP3_AUTH_FAILED', 'account'],
  ['+ERR wrong password', 'POP3_AUTH_FAILED', 'account'],
  ['-ERR [IN-USE] busy', 'POP3_MAILDROP_BUSY', 'session'],
];

for (const [answer, code, scope] of LOGINS) {
  test(`a login answered "${answer}" fails with ${code}, without showing the password`, async () => {
    await using server = await startWith({ login: answer });
    await assert.rejects(open(server.port), (error: Error) => {
      assert.doesNotMatch(`${error.message} ${error.stack}`, /\bsecret\b/);
      return failure(code, scope)(error);
    });
  });
}

test('a greeting that refuses is an unavailable server, and gets no password', async () => {
  await using server = await startWith({ greeting: '-ERR [SYS/TEMP] later' });
  await assert.rejects(open(server.port), failure('POP3_UNAVAILABLE', 'session'));
  assert.deepEqual(server.sessions[0]?.commands, []);
});

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
