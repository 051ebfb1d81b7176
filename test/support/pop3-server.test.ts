// The test server in good order: what a socket sees of commands, states, messages and TLS.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificates } from './certificates.ts';
import { oddMail, plainMail } from './odd-mail.ts';
import { asServed, maildropOf } from './pop3-server/maildrop.ts';
import type { TestMessage } from './pop3-server/maildrop.ts';
import { RawClient } from './pop3-server/raw-client.ts';
import { startPop3Server } from './pop3-server.ts';
import type { Pop3TestServer } from './pop3-server.ts';

const LOGIN = { user: 'ann', password: 'two words' } as const;

function startWith(maildrop: TestMessage[]): Promise<Pop3TestServer> {
  return startPop3Server({ maildrop, ...LOGIN });
}

async function logIn(client: RawClient): Promise<void> {
  assert.match(await client.ask(`USER ${LOGIN.user}`), /^\+OK/);
  assert.match(await client.ask(`PASS ${LOGIN.password}`), /^\+OK/);
}

async function connected(server: Pop3TestServer): Promise<RawClient> {
  const client = new RawClient(server.port);
  assert.match(await client.line(), /^\+OK/);
  await logIn(client);
  return client;
}

function unstuffed(body: Buffer): Buffer {
  const text = `\r\n${body.toString('latin1')}`.replaceAll('\r\n.', '\r\n');
  return Buffer.from(text.slice(2, -2), 'latin1');
}

void test('mail is behind a login, and a login happens once', async () => {
  await using server = await startWith(maildropOf([plainMail(1)]));
  using client = new RawClient(server.port);
  await client.line();
  for (const command of ['STAT', 'LIST', 'UIDL', 'RETR 1', 'TOP 1 0', 'DELE 1', 'NOOP', 'RSET']) {
    assert.equal(await client.ask(command), '-ERR not in this state', command);
  }
  assert.equal(await client.ask('PASS two words'), '-ERR USER first');
  await client.ask('USER ann');
  assert.match(await client.ask('PASS two  words'), /^-ERR \[AUTH\]/);
  assert.equal(await client.ask('PASS two words'), '-ERR USER first');
  await logIn(client);
  assert.equal(await client.ask('USER ann'), '-ERR not in this state');
  assert.equal(await client.ask('XYZZY'), '-ERR unknown command');
  assert.equal(await client.ask('constructor'), '-ERR unknown command');
  assert.equal(await client.ask('noop'), '+OK');
});

void test('listings have a row for each message that is not marked as deleted', async () => {
  const mail = [plainMail(1), plainMail(22), plainMail(1)];
  await using server = await startWith(maildropOf(mail));
  using client = await connected(server);
  const [one, two] = mail.map((bytes) => bytes.length);
  const uidls = server.maildrop.map(({ uidl }) => uidl);
  assert.equal(new Set(uidls).size, 3);
  assert.equal(await client.ask('STAT'), `+OK 3 ${2 * Number(one) + Number(two)}`);
  await client.ask('LIST');
  assert.equal((await client.body()).toString(), `1 ${one}\r\n2 ${two}\r\n3 ${one}\r\n.\r\n`);
  await client.ask('DELE 1');
  await client.ask('UIDL');
  assert.equal((await client.body()).toString(), `2 ${uidls[1]}\r\n3 ${uidls[2]}\r\n.\r\n`);
  assert.equal(await client.ask('LIST 2'), `+OK 2 ${two}`);
  assert.equal(await client.ask('UIDL 3'), `+OK 3 ${uidls[2]}`);
  for (const command of ['LIST 1', 'UIDL 4', 'RETR 1', 'DELE 1', 'RETR 0', 'RETR', 'RETR x', 'TOP 1 1']) {
    assert.equal(await client.ask(command), '-ERR no such message', command);
  }
  await client.ask('RSET');
  assert.equal(await client.ask('LIST 1'), `+OK 1 ${one}`);
});

void test('every odd message arrives octet for octet', async () => {
  const odd = oddMail();
  await using server = await startWith(maildropOf(odd.map(({ bytes }) => bytes)));
  using client = await connected(server);
  for (const [index, { name, bytes }] of odd.entries()) {
    assert.match(await client.ask(`RETR ${index + 1}`), /^\+OK/);
    assert.ok(unstuffed(await client.body()).equals(asServed(bytes)), name);
  }
  assert.equal(await client.ask('NOOP'), '+OK');
});

void test('a dot is doubled after CRLF only, wherever a chunk ends', async () => {
  const text = '.\r\n..a\r\n\n.b\r.c\r\n\r\n.\r\n.';
  const wire = '..\r\n...a\r\n\n.b\r.c\r\n\r\n..\r\n..\r\n.\r\n';
  const bytes = Buffer.from(text);
  const cutAt = (at: number): TestMessage => ({
    uidl: String(at),
    content: { sizeOctets: bytes.length, open: () => [bytes.subarray(0, at), bytes.subarray(at)] },
  });
  const single = { sizeOctets: bytes.length, open: () => [...bytes].map((octet) => Buffer.from([octet])) };
  await using server = await startWith([
    { uidl: 'single', content: single },
    ...Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(at)),
  ]);
  using client = await connected(server);
  for (let number = 1; number <= server.maildrop.length; number++) {
    await client.ask(`RETR ${number}`);
    assert.equal((await client.body()).toString(), wire, `message ${number}`);
  }
});

void test('TOP shows the headers, the blank line and the lines asked for', async () => {
  const head = 'A: 1\r\nB: 2\r\n\r\n';
  const bytes = Buffer.from(`${head}one\r\n.two\r\nthree\r\n`);
  const octetWise = { sizeOctets: bytes.length, open: () => [...bytes].map((octet) => Buffer.from([octet])) };
  await using server = await startWith([...maildropOf([bytes]), { uidl: 'octet-wise', content: octetWise }]);
  using client = await connected(server);
  for (const number of [1, 2]) {
    const shown = [head, `${head}one\r\n`, `${head}one\r\n..two\r\n`, `${head}one\r\n..two\r\nthree\r\n`];
    for (const [count, expected] of [...shown.entries(), [99, shown[3]] as const]) {
      assert.match(await client.ask(`TOP ${number} ${count}`), /^\+OK/);
      assert.equal((await client.body()).toString(), `${expected}.\r\n`, `TOP ${number} ${count}`);
    }
  }
  assert.match(await client.ask('TOP 1'), /^-ERR/);
});

void test('only QUIT deletes, and only what was marked and not taken back', async () => {
  const mail = maildropOf([plainMail(1), plainMail(2), plainMail(3)]);
  const [first, , third] = mail;
  const late = maildropOf([plainMail(4)]);
  await using server = await startWith(mail);
  using dropped = await connected(server);
  await dropped.ask('DELE 1');
  dropped.close();
  await dropped.rest();
  using client = await connected(server);
  assert.match(await client.ask('STAT'), /^\+OK 3 /);
  await client.ask('DELE 1');
  await client.ask('RSET');
  await client.ask('DELE 2');
  server.maildrop.push(...late);
  assert.equal(await client.ask('QUIT'), '+OK bye');
  await client.rest();
  assert.deepEqual(server.maildrop, [first, third, ...late]);
  assert.deepEqual(
    server.sessions.map(({ ending }) => ending),
    ['dropped', 'quit'],
  );
});

void test('commands sent in one go are answered in order', async () => {
  await using server = await startWith(maildropOf([plainMail(1), plainMail(2)]));
  using client = new RawClient(server.port);
  client.send('USER ann\r\nPASS two words\r\nRETR 2\r\nRETR 1\r\nQUIT\r\n');
  const all = (await client.rest()).toString();
  const expected =
    /^\+OK.*\r\n\+OK.*\r\n\+OK.*\r\n\+OK.*\r\n[^]*Letter 2[^]*\r\n\.\r\n\+OK.*\r\n[^]*Letter 1[^]*\r\n\.\r\n\+OK bye\r\n$/;
  assert.match(all, expected);
  assert.deepEqual(server.sessions[0]?.commands, ['USER ann', 'PASS two words', 'RETR 2', 'RETR 1', 'QUIT']);
});

void test('STLS forgets what was said in clear and is offered once', async () => {
  const certificate = await makeCertificates({ names: ['localhost'] });
  await using server = await startPop3Server({ maildrop: [], ...LOGIN, tls: 'stls', certificate });
  using client = new RawClient(server.port);
  await client.line();
  await client.ask('CAPA');
  assert.match((await client.body()).toString(), /\r\nSTLS\r\n/);
  await client.ask('USER ann');
  assert.match(await client.ask('STLS'), /^\+OK/);
  await client.startTls(certificate.caPem);
  assert.equal(await client.ask('PASS two words'), '-ERR USER first');
  await client.ask('CAPA');
  assert.doesNotMatch((await client.body()).toString(), /STLS/);
  assert.match(await client.ask('STLS'), /^-ERR/);
  await logIn(client);
  assert.equal(await client.ask('STAT'), '+OK 0 0');
  assert.equal(server.sessions[0]?.commandsInClear, 3);
});

void test('clear text sent behind STLS is never answered', async () => {
  const certificate = await makeCertificates({ names: ['localhost'] });
  await using server = await startPop3Server({ maildrop: [], ...LOGIN, tls: 'stls', certificate });
  using client = new RawClient(server.port);
  await client.line();
  client.send('STLS\r\nUSER ann\r\n');
  assert.match(await client.line(), /^\+OK/);
  await client.startTls(certificate.caPem);
  assert.equal(await client.ask('PASS two words'), '-ERR USER first');
});

void test('implicit TLS carries large mail, and certificates are checked as real ones are', async () => {
  const large = oddMail().find(({ name }) => name === '5-mb')?.bytes ?? Buffer.alloc(0);
  const certificate = await makeCertificates({ names: ['localhost'], ips: ['127.0.0.1'] });
  const maildrop = maildropOf([large]);
  await using server = await startPop3Server({ maildrop, ...LOGIN, tls: 'implicit', certificate });
  using client = new RawClient(server.port);
  await client.startTls(certificate.caPem);
  await client.line();
  await logIn(client);
  await client.ask('RETR 1');
  assert.ok(unstuffed(await client.body()).equals(large));
  assert.equal(server.sessions[0]?.commandsInClear, 0);
});
