// Whether the scripted server says its script and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificates } from './certificates.ts';
import { RawClient } from './pop3-server/raw-client.ts';
import { startScriptedServer } from './scripted-server.ts';

void test('a script is played to each connection from its start', async () => {
  await using server = await startScriptedServer([
    { send: '+OK\r\n' },
    { expect: 'USER ann' },
    { send: Buffer.from([0x2b, 0x4f, 0x4b, 0xff, 0x0d, 0x0a]), writeOctets: 1 },
    { expect: /^PASS / },
    { pauseMs: 1 },
    { send: 'garbage' },
    { end: 'close' },
  ]);
  for (const run of [0, 1]) {
    using client = new RawClient(server.port);
    assert.equal(await client.line(), '+OK');
    assert.equal(await client.ask('USER ann'), '+OK\u00ff');
    client.send('PASS p\r\n');
    assert.equal((await client.rest()).toString(), 'garbage');
    assert.deepEqual(server.received[run], ['USER ann', 'PASS p']);
    assert.equal(server.stepsDone[run], 7);
  }
});

void test('a client that leaves the script fails the server', async () => {
  const server = await startScriptedServer([{ send: '+OK\r\n' }, { expect: 'CAPA' }]);
  using client = new RawClient(server.port);
  await client.line();
  client.send('QUIT\r\n');
  await client.rest();
  await assert.rejects(server.close(), /expects CAPA, the client sent "QUIT"/);
});

void test('a client that hangs up in mid-script is no failure, and shows in the steps done', async () => {
  const server = await startScriptedServer([{ send: '+OK\r\n' }, { expect: 'CAPA' }]);
  using client = new RawClient(server.port);
  await client.line();
  client.close();
  await client.rest();
  await server.close();
  assert.deepEqual(server.stepsDone, [1]);
});

void test('lines behind the end of the script are received and not answered', async () => {
  await using server = await startScriptedServer([{ send: '+OK\r\n' }]);
  using client = new RawClient(server.port);
  await client.line();
  client.send('CAPA\r\nQUIT\r\n');
  setTimeout(() => client.close(), 100);
  assert.equal((await client.rest()).length, 0);
  assert.deepEqual(server.received, [['CAPA', 'QUIT']]);
});

void test('a script can end in a reset, and can go on inside TLS', async () => {
  const certificate = await makeCertificates({ names: ['localhost'] });
  await using server = await startScriptedServer([
    { startTls: certificate },
    { send: '+OK inside\r\n' },
    { expect: 'QUIT' },
    { end: 'reset' },
  ]);
  using client = new RawClient(server.port);
  await client.startTls(certificate.caPem);
  assert.equal(await client.line(), '+OK inside');
  client.send('QUIT\r\n');
  await client.rest();
  assert.equal(client.failure, 'ECONNRESET');
});
