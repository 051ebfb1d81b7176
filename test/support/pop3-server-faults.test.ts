// The test server in bad order: each fault does what it says, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificates } from './certificates.ts';
import { plainMail } from './odd-mail.ts';
import type { Pop3Faults } from './pop3-server/faults.ts';
import { maildropOf } from './pop3-server/maildrop.ts';
import { RawClient } from './pop3-server/raw-client.ts';
import { startPop3Server } from './pop3-server.ts';
import type { Pop3TestServer } from './pop3-server.ts';

const MAIL = [plainMail(1), plainMail(2), plainMail(3)] as const;

function startWith(faults: Pop3Faults): Promise<Pop3TestServer> {
  return startPop3Server({ maildrop: maildropOf(MAIL), user: 'ann', password: 'secret', faults });
}

async function connected(server: Pop3TestServer): Promise<RawClient> {
  const client = new RawClient(server.port);
  await client.line();
  await client.ask('USER ann');
  await client.ask('PASS secret');
  return client;
}

async function readMessage(client: RawClient, number: number): Promise<string> {
  assert.match(await client.ask(`RETR ${number}`), /^\+OK/);
  return (await client.body()).toString();
}

void test('a greeting of -ERR ends the connection', async () => {
  await using server = await startWith({ greeting: '-ERR [SYS/TEMP] later' });
  using client = new RawClient(server.port);
  assert.equal((await client.rest()).toString(), '-ERR [SYS/TEMP] later\r\n');
});

void test('a login is refused with the words given, and works once the fault is gone', async () => {
  await using server = await startWith({ login: '-ERR [IN-USE] busy' });
  using client = new RawClient(server.port);
  await client.line();
  await client.ask('USER ann');
  assert.equal(await client.ask('PASS secret'), '-ERR [IN-USE] busy');
  server.faults = {};
  await client.ask('USER ann');
  assert.match(await client.ask('PASS secret'), /^\+OK/);
});

void test('commands sent behind PASS can be lost', async () => {
  await using server = await startWith({ loseInputBehindLogin: true });
  using client = new RawClient(server.port);
  await client.line();
  client.send('USER ann\r\nPASS secret\r\nSTAT\r\n');
  await client.line();
  assert.match(await client.line(), /^\+OK logged in/);
  assert.equal(await client.ask('NOOP'), '+OK');
  assert.deepEqual(server.sessions[0]?.commands, ['USER ann', 'PASS secret', 'NOOP']);
});

void test('a message is cut after exactly as many octets as asked for, in either way', async () => {
  for (const how of ['close', 'reset'] as const) {
    for (const afterOctets of [0, 1, 100]) {
      await using server = await startWith({ cutRetr: { message: 2, afterOctets, how } });
      using client = await connected(server);
      await readMessage(client, 1);
      client.send('RETR 2\r\n');
      const expected = `+OK message follows\r\n${MAIL[1].toString('latin1', 0, afterOctets)}`;
      const received = (await client.rest()).toString('latin1');
      if (how === 'close') assert.equal(received, expected);
      // RST may overtake octets: no more than these can arrive.
      else assert.ok(expected.startsWith(received));
      assert.equal(client.failure, how === 'reset' ? 'ECONNRESET' : undefined);
      assert.deepEqual([server.sessions[0]?.ending, server.sessions[0]?.retrieved], ['dropped', 1]);
    }
  }
});

void test('a cut also happens inside TLS', async () => {
  for (const how of ['close', 'reset'] as const) {
    const certificate = await makeCertificates({ names: ['localhost'] });
    const faults = { cutRetr: { message: 1, afterOctets: 10, how } } as const;
    const options = { maildrop: maildropOf(MAIL), user: 'ann', password: 'secret', tls: 'implicit' } as const;
    await using server = await startPop3Server({ ...options, certificate, faults });
    using client = new RawClient(server.port);
    await client.startTls(certificate.caPem);
    await client.line();
    client.send('USER ann\r\nPASS secret\r\nRETR 1\r\n');
    const received = (await client.rest()).toString('latin1');
    assert.ok(
      received.length <= '+OK password please\r\n+OK logged in\r\n+OK message follows\r\n'.length + 10,
    );
    assert.equal(client.failure, how === 'reset' ? 'ECONNRESET' : undefined);
  }
});

void test('the connection ends behind a number of whole messages', async () => {
  await using server = await startWith({ closeAfterRetrs: 2 });
  using client = await connected(server);
  client.send('RETR 1\r\nRETR 2\r\nRETR 3\r\n');
  const received = (await client.rest()).toString();
  assert.match(received, /Letter 1[^]*Letter 2[^]*\r\n\.\r\n$/);
  assert.doesNotMatch(received, /Letter 3/);
});

void test('one message is refused and the others are not', async () => {
  await using server = await startWith({ refuseRetr: [2] });
  using client = await connected(server);
  assert.match(await client.ask('RETR 2'), /^-ERR/);
  assert.match(await readMessage(client, 3), /Letter 3/);
});

void test('a message is refused, and another one cut, by UIDL whatever number it has', async () => {
  const maildrop = maildropOf(MAIL);
  const [first, second, third] = maildrop.map(({ uidl }) => uidl);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const faults = {
    refuseRetrOf: [second],
    cutRetrOf: { uidl: third, afterOctets: 10, how: 'close' },
  } as const;
  await using server = await startPop3Server({ maildrop, user: 'ann', password: 'secret', faults });
  {
    using client = await connected(server);
    await readMessage(client, 1);
    assert.match(await client.ask('RETR 2'), /^-ERR/);
    await client.ask('DELE 1');
    await client.ask('QUIT');
  }
  using client = await connected(server);
  assert.match(await client.ask('RETR 1'), /^-ERR/);
  client.send('RETR 2\r\n');
  const expected = `+OK message follows\r\n${MAIL[2].toString('latin1', 0, 10)}`;
  assert.equal((await client.rest()).toString('latin1'), expected);
});

void test('TOP can be an unknown command', async () => {
  await using server = await startWith({ refuseTop: true });
  using client = await connected(server);
  assert.equal(await client.ask('TOP 1 0'), '-ERR unknown command');
  await client.ask('CAPA');
  assert.doesNotMatch((await client.body()).toString(), /^TOP/m);
});

void test('capabilities can be hidden, refused, and UIDL be unknown', async () => {
  await using server = await startWith({ hideCapabilities: ['PIPELINING', 'IMPLEMENTATION'], noUidl: true });
  using client = await connected(server);
  assert.match(await client.ask('CAPA'), /^\+OK/);
  assert.equal((await client.body()).toString(), 'TOP\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nUSER\r\n.\r\n');
  assert.equal(await client.ask('UIDL'), '-ERR unknown command');
  server.faults = { refuseCapa: true };
  assert.equal(await client.ask('CAPA'), '-ERR unknown command');
});

void test('UIDLs are sent as the maildrop has them: empty, equal, any octet', async () => {
  const maildrop = ['', 'same', 'same', '/../\u00e9 \t'].map((uidl) => ({ uidl, content: MAIL[0] }));
  await using server = await startPop3Server({ maildrop, user: 'ann', password: 'secret' });
  using client = await connected(server);
  await client.ask('UIDL');
  assert.equal(
    (await client.body()).toString('latin1'),
    '1 \r\n2 same\r\n3 same\r\n4 /../\u00e9 \t\r\n.\r\n',
  );
});

void test('LIST lies where it is told to', async () => {
  await using server = await startWith({ listSizes: { 2: 7 } });
  using client = await connected(server);
  assert.equal(await client.ask('LIST 2'), '+OK 2 7');
  await client.ask('LIST');
  assert.match((await client.body()).toString(), /^1 \d{3}\r\n2 7\r\n3 \d{3}\r\n/);
});

void test('QUIT fails in three ways, and only one of them deletes', async () => {
  const outcomes = {
    refuse: [3, '-ERR some messages are not removed\r\n'],
    drop: [3, ''],
    'commit-and-drop': [2, ''],
  };
  for (const quit of ['refuse', 'drop', 'commit-and-drop'] as const) {
    await using server = await startWith({ quit });
    using client = await connected(server);
    await client.ask('DELE 1');
    client.send('QUIT\r\n');
    const received = (await client.rest()).toString();
    assert.deepEqual([server.maildrop.length, received], outcomes[quit]);
    assert.equal(server.sessions[0]?.ending, 'dropped');
  }
});

void test('every octet can be a write of its own', async () => {
  await using server = await startWith({ writeOctets: 1 });
  using client = await connected(server);
  assert.match(await readMessage(client, 1), /Letter 1[^]*\r\n\.\r\n$/);
});

void test('an answer can wait, each command for its own time', async () => {
  await using server = await startWith({});
  using client = await connected(server);
  server.faults = { delaysMs: { '*': 30, NOOP: 120 } };
  for (const [command, waitMs] of [
    ['STAT', 30],
    ['NOOP', 120],
  ] as const) {
    const started = performance.now();
    await client.ask(command);
    // A timer may fire a millisecond early.
    assert.ok(performance.now() - started >= waitMs - 2, command);
  }
});

void test('an answer can wait for the test to go on, and a server that holds one can be closed', async () => {
  const go = Promise.withResolvers<void>();
  const server = await startWith({ heldUntil: { STAT: go.promise, LIST: new Promise(() => {}) } });
  using client = await connected(server);
  const answer = client.ask('STAT');
  const silence = new Promise((resolve) => setTimeout(resolve, 50, 'silence'));
  assert.equal(await Promise.race([answer, silence]), 'silence');
  go.resolve();
  assert.match(await answer, /^\+OK 3 /);
  client.send('LIST\r\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await server.close();
});

void test('a hanging command is never answered, and the server can still be closed', async () => {
  const server = await startWith({ hangOn: 'LIST' });
  using client = await connected(server);
  await client.ask('STAT');
  client.send('LIST\r\nNOOP\r\n');
  const silence = await Promise.race([
    client.line(),
    new Promise((resolve) => setTimeout(resolve, 100, 'silence')),
  ]).catch(String);
  assert.equal(silence, 'silence');
  await server.close();
  assert.equal(server.sessions[0]?.ending, 'dropped');
});

void test('a server that hangs on GREETING accepts and says nothing', async () => {
  await using server = await startWith({ hangOn: 'GREETING' });
  using client = new RawClient(server.port);
  const silence = client.rest();
  setTimeout(() => client.close(), 100);
  assert.equal((await silence).length, 0);
});
