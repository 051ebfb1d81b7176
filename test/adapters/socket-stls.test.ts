// The upgrade after STLS: whatever the server, or somebody between, says in clear text before TLS ends the connection.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { Connection } from '../../lib/ports/pop3.ts';
import { makeAuthority } from '../support/certificates.ts';
import { targetAt } from '../support/dial-target.ts';
import { startLoopback } from '../support/loopback-server.ts';

const never = new AbortController().signal;
const authority = await makeAuthority();
const TLS_HANDSHAKE_RECORD = 0x16;

async function dial(port: number): Promise<Connection> {
  const target = targetAt(port, { tls: 'starttls', caPem: authority.caPem });
  return await new SocketDialer().dial(target, never);
}

/** Everything a client sends, as it comes. */
function recordInto(chunks: Buffer[]): (socket: Socket) => void {
  return (socket) => socket.on('data', (chunk: Buffer) => chunks.push(chunk));
}

async function bufferedBy(connection: Connection): Promise<void> {
  while (connection.bufferedOctets === 0) await new Promise(setImmediate);
}

test('octets that wait unread when TLS should begin end the connection, and not one goes out (row 74)', async () => {
  const sent: Buffer[] = [];
  await using server = await startLoopback((socket) => {
    recordInto(sent)(socket);
    socket.write('+OK begin TLS\r\n');
  });
  const connection = await dial(server.port);
  assert.equal(String(await connection.read()), '+OK begin TLS\r\n');
  server.sockets[0]?.write('+OK injected\r\n');
  await bufferedBy(connection);
  const tampered = { code: 'TLS_HANDSHAKE_FAILED', scope: 'account', retryable: false, hint: /tampering/ };
  await assert.rejects(connection.startTls(), tampered);
  // What was injected is not readable afterwards, and nothing can be sent in clear text.
  await assert.rejects(connection.read(), tampered);
  await assert.rejects(connection.write(Buffer.from('USER ann\r\n')), tampered);
  assert.equal(connection.tls, undefined);
  const [socket] = server.sockets;
  if (socket && !socket.closed) await once(socket, 'close');
  assert.deepEqual(sent, []);
});

for (const [what, answer] of [
  ['clear text', '+OK injected\r\n'],
  ['an answer to STLS once more', '+OK begin TLS\r\n'],
  ['a record of another version', '\x16\x02\x00\x00\x01\x00'],
  ['an alert of TLS', '\x15\x03\x03\x00\x02\x02\x28'],
  ['data before the handshake', '\x17\x03\x03\x00\x05+OK\r\n'],
] as const) {
  test(`${what} in place of the server’s part of the handshake fails it, and the session with it (rows 73, 74)`, async () => {
    const sent: Buffer[] = [];
    await using server = await startLoopback((socket) => {
      recordInto(sent)(socket);
      socket.once('data', () => socket.write(Buffer.from(answer, 'latin1')));
    });
    const connection = await dial(server.port);
    await assert.rejects(connection.startTls(), { code: 'TLS_HANDSHAKE_FAILED' });
    await assert.rejects(connection.read());
    await assert.rejects(connection.write(Buffer.from('USER ann\r\n')));
    assert.equal(connection.tls, undefined);
    const octets = Buffer.concat(sent);
    assert.equal(octets[0], TLS_HANDSHAKE_RECORD);
    assert.ok(!octets.includes('USER'));
  });
}
