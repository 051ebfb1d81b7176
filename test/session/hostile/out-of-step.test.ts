// Answers nobody asked for, answers given twice or too late, and answers to another question: the stream is out of step,
// and the session must end before a message is filed under the wrong name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinListing } from '../../../lib/core/pop3/listing.ts';
import { ONE_BY_ONE, PIPELINED } from '../../../lib/core/pop3/retrieval-window.ts';
import { collect } from '../../support/memory-blob-store.ts';
import { failure } from '../session-under-test.ts';
import { hears, HostileServer, loggedIn, loginUpTo, says } from './hostile-session.ts';

test('a greeting with an answer behind it gets neither user name nor password', async (t) => {
  const server = new HostileServer(t, [says('+OK ready\r\n+OK\r\n')]);
  await server.fails('POP3_PROTOCOL', async () => await server.open());
});

test('an answer to PASS that came with that to USER gets no password', async (t) => {
  const server = new HostileServer(t, [...loginUpTo('USER'), says('+OK\r\n+OK logged in\r\n')]);
  await server.fails('POP3_PROTOCOL', async () => await server.open());
});

test('an answer nobody asked for, after login, ends the session at the next command', async (t) => {
  const { server, session } = await loggedIn(t, [says('+OK you have mail\r\n')]);
  await server.fails('POP3_PROTOCOL', async () => await session.uidl());
});

test('a double answer ends the session before QUIT, so that nothing is deleted', async (t) => {
  const { server, session } = await loggedIn(t, [...hears('DELE 1'), says('+OK\r\n+OK\r\n')]);
  await session.dele(1);
  await server.fails('POP3_PROTOCOL', async () => {
    await session.quit();
  });
  assert.equal(server.connection.sentLines.at(-1), 'DELE 1');
});

test('a second answer that comes late, taken for the next, ends the session one command on, before QUIT', async (t) => {
  const { server, session } = await loggedIn(t, [
    ...hears('DELE 1'),
    says('+OK\r\n'),
    ...hears('DELE 2'),
    says('+OK late\r\n+OK\r\n'),
  ]);
  await session.dele(1);
  await session.dele(2);
  await server.fails('POP3_PROTOCOL', async () => {
    await session.quit();
  });
});

test('two listings to one UIDL end the session at the next command', async (t) => {
  const listing = '+OK\r\n1 a\r\n.\r\n';
  const { server, session } = await loggedIn(t, [...hears('UIDL'), says(listing + listing)]);
  await session.uidl();
  await server.fails('POP3_PROTOCOL', async () => await session.list());
});

for (const second of ['+OK\r\nSubject: two\r\n\r\n.\r\n', '-ERR no\r\n', '\0', '.\r\n']) {
  test(`${JSON.stringify(second)} behind a message spoils that message`, async (t) => {
    const { server, session } = await loggedIn(t, [
      ...hears('RETR 1'),
      says(`+OK\r\nSubject: one\r\n\r\n.\r\n${second}`),
    ]);
    await server.fails('POP3_PROTOCOL', async () => await collect(session.retrieve(1)));
  });
}

for (const limits of [ONE_BY_ONE, PIPELINED]) {
  const way = limits.messages === 1 ? 'one by one' : 'asked for ahead';
  test(`a late answer in front of that to RETR is no first line of the message, ${way}`, async (t) => {
    const proof = limits.messages === 1 ? [] : ['LIST 2'];
    const { server, session } = await loggedIn(t, [
      ...hears('DELE 1'),
      says('+OK\r\n'),
      ...hears('RETR 2', ...proof),
      says('+OK late\r\n+OK 16 octets\r\nSubject: two\r\n\r\n.\r\n'),
      ...(proof.length > 0 ? [says('+OK 2 16\r\n')] : []),
    ]);
    await session.dele(1);
    await server.fails('POP3_PROTOCOL', async () => {
      const requests = [{ messageNumber: 2, octets: 16 }];
      for await (const retrieval of session.retrieveEach(requests, limits)) await collect(retrieval.read());
    });
  });
}

test('messages in another order than they were asked for are not believed', async (t) => {
  const answer = (number: number): string => `+OK\r\nSubject: ${number}\r\n\r\n.\r\n+OK ${number} 14\r\n`;
  const { server, session } = await loggedIn(t, [
    ...hears('RETR 1', 'LIST 1', 'RETR 2', 'LIST 2'),
    says(answer(2) + answer(1)),
  ]);
  const requests = [1, 2].map((messageNumber) => ({ messageNumber, octets: 14 }));
  const bodies: Buffer[] = [];
  await server.fails('POP3_PROTOCOL', async () => {
    for await (const retrieval of session.retrieveEach(requests, PIPELINED)) {
      bodies.push(await collect(retrieval.read()));
    }
  });
  assert.deepEqual(bodies, []);
});

test('a late refusal in front of that to RETR ends the session before another message is asked for', async (t) => {
  const { server, session } = await loggedIn(t, [
    ...hears('RETR 1'),
    says('-ERR late\r\n+OK\r\nSubject: one\r\n\r\n.\r\n'),
  ]);
  await assert.rejects(collect(session.retrieve(1)));
  await server.fails('POP3_PROTOCOL', async () => await collect(session.retrieve(2)));
});

for (const status of [
  '+OK\r\n',
  '+OK logged in\r\n',
  '-ERR late\r\n',
  '+OK 2 messages:\r\n',
  '+OK 2 120\r\n',
]) {
  test(`${JSON.stringify(status)} among the rows of LIST or UIDL is found out before anything is decided`, async (t) => {
    const list = await loggedIn(t, [...hears('LIST'), says(`+OK late\r\n${status}1 20\r\n2 100\r\n.\r\n`)]);
    const uidl = await loggedIn(t, [...hears('UIDL'), says(`+OK late\r\n${status}1 a\r\n2 b\r\n.\r\n`)]);
    // "+OK 2 120" is a row to some servers (K-9 issue 1237): then message 2 is there twice.
    const isProtocolError = failure('POP3_PROTOCOL', 'session');
    await assert.rejects(async () => joinListing(await list.session.list(), undefined), isProtocolError);
    await assert.rejects(async () => joinListing(undefined, await uidl.session.uidl()), isProtocolError);
  });
}

for (const [name, answer] of [
  ['a message', 'Received: from a\r\n\r\n.\r\n'],
  ['rows', '1 120\r\n.\r\n'],
  ['a lone dot', '.\r\n'],
  ['an echo of the command', 'RETR 1\r\n-ERR\r\n'],
  ['an empty line', '\r\n+OK\r\n'],
  ['NULs', '\0\0\0\r\n'],
  ['the bytes of a TLS alert', '\x15\x03\x01\x00\x02\x02\x0a\r\n'],
] as const) {
  test(`${name} where the status line of RETR is due ends the session`, async (t) => {
    const { server, session } = await loggedIn(t, [...hears('RETR 1'), says(answer)]);
    const error = await server.fails('POP3_PROTOCOL', async () => await collect(session.retrieve(1)));
    assert.equal(error.scope, 'session');
  });
}

for (const [name, greeting] of [
  ['IMAP', '* OK [CAPABILITY IMAP4rev1] ready\r\n'],
  ['SMTP', '220 mail.example.org ESMTP\r\n'],
  ['TLS', '\x15\x03\x03\x00\x02\x02\x46\r\n'],
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n'],
] as const) {
  test(`a greeting of ${name} is no POP3 server, and gets nothing`, async (t) => {
    const server = new HostileServer(t, [says(greeting)]);
    const error = await server.fails('POP3_PROTOCOL', async () => await server.open());
    assert.match(error.hint ?? '', /port/);
    assert.deepEqual(server.connection.sentLines, []);
  });
}
