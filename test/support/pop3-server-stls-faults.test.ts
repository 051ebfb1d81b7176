// What a hostile or broken server can do around STLS.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificates } from './certificates.ts';
import type { Pop3Faults } from './pop3-server/faults.ts';
import { RawClient } from './pop3-server/raw-client.ts';
import { startPop3Server } from './pop3-server.ts';
import type { Pop3TestServer } from './pop3-server.ts';

const certificate = await makeCertificates({ names: ['localhost'] });

function startWith(faults: Pop3Faults): Promise<Pop3TestServer> {
  return startPop3Server({ maildrop: [], user: 'ann', password: 'secret', tls: 'stls', certificate, faults });
}

void test('STLS is refused and the connection stays in clear', async () => {
  await using server = await startWith({ refuseStls: true });
  using client = new RawClient(server.port);
  await client.line();
  assert.match(await client.ask('STLS'), /^-ERR/);
  assert.match(await client.ask('CAPA'), /^\+OK/);
});

void test('STLS is not offered and works all the same', async () => {
  await using server = await startWith({ hideCapabilities: ['STLS'] });
  using client = new RawClient(server.port);
  await client.line();
  await client.ask('CAPA');
  assert.doesNotMatch((await client.body()).toString(), /STLS/);
  assert.match(await client.ask('STLS'), /^\+OK/);
  await client.startTls(certificate.caPem);
  assert.equal(await client.ask('USER ann'), '+OK password please');
});

void test('octets come behind the answer to STLS, in clear', async () => {
  await using server = await startWith({ injectAfterStls: Buffer.from('+OK trust me\r\n') });
  using client = new RawClient(server.port);
  await client.line();
  assert.match(await client.ask('STLS'), /^\+OK begin/);
  assert.equal(await client.line(), '+OK trust me');
});

void test('a command from before TLS is answered inside it', async () => {
  await using server = await startWith({ answerInjectedCommand: 'CAPA' });
  using client = new RawClient(server.port);
  await client.line();
  await client.ask('STLS');
  await client.startTls(certificate.caPem);
  assert.match(await client.ask('USER ann'), /capabilities follow/);
  await client.body();
  assert.equal(await client.line(), '+OK password please');
});

void test('a client that walks away from the handshake is a dropped session', async () => {
  await using server = await startWith({});
  using client = new RawClient(server.port);
  await client.line();
  await client.ask('STLS');
  client.send('this is no handshake\r\n');
  await client.rest();
  assert.equal(server.sessions[0]?.ending, 'dropped');
});
