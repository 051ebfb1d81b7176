// Where the dialer refuses to go, how an attempt fails, and that an abort ends everything. What TLS adds is tested elsewhere.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { targetAt } from '../support/dial-target.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const dialer = new SocketDialer();
const never = new AbortController().signal;

async function portWithoutListener(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('an account on the internet is not led into a private network, by address or by name', async () => {
  await using server = await startScriptedServer([{ send: '+OK\r\n' }]);
  for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', 'localhost']) {
    const dialed = dialer.dial(targetAt(server.port, { host, allowPrivateNetwork: false }), never);
    await assert.rejects(dialed, { code: 'ADDRESS_NOT_ALLOWED', scope: 'account' }, host);
  }
  assert.equal(server.received.length, 0, 'a connection was made');
});

test('a port where nobody listens is CONNECT_FAILED', async () => {
  const port = await portWithoutListener();
  await assert.rejects(dialer.dial(targetAt(port), never), {
    code: 'CONNECT_FAILED',
    message: new RegExp(String(port)),
  });
});

test('a name without an address is HOST_UNKNOWN', async () => {
  for (const allowPrivateNetwork of [true, false]) {
    const nowhere = targetAt(110, { host: 'no-such-host.invalid', allowPrivateNetwork });
    await assert.rejects(dialer.dial(nowhere, never), { code: 'HOST_UNKNOWN' });
  }
});

test('a caFile that cannot be read is told before anything is dialed', async () => {
  const wrong = targetAt(1, { tls: 'implicit', caFile: '/no/such/ca.pem' });
  await assert.rejects(dialer.dial(wrong, never), { code: 'CONFIG_INVALID', message: /caFile/ });
});

test('a signal that is aborted already fails the attempt with its reason', async () => {
  await using server = await startScriptedServer([{ send: '+OK\r\n' }]);
  const reason = new Error('no more');
  await assert.rejects(dialer.dial(targetAt(server.port), AbortSignal.abort(reason)), reason);
});

test('an abort during the TLS handshake fails the attempt with its reason', async () => {
  await using server = await startScriptedServer([{ pauseMs: 60_000 }]);
  const abort = new AbortController();
  const dialed = dialer.dial(targetAt(server.port, { tls: 'implicit' }), abort.signal);
  const timer = setTimeout(() => abort.abort(new Error('no more')), 100);
  try {
    await assert.rejects(dialed, /no more/);
  } finally {
    clearTimeout(timer);
  }
});

test('an abort fails a pending read with its reason, and every read after it', async () => {
  await using server = await startScriptedServer([{ send: '+OK\r\n' }]);
  const abort = new AbortController();
  const connection = await dialer.dial(targetAt(server.port), abort.signal);
  try {
    assert.equal(Buffer.from((await connection.read()) ?? []).toString(), '+OK\r\n');
    const pending = connection.read();
    abort.abort(new Error('no more'));
    await assert.rejects(pending, /no more/);
    await assert.rejects(connection.read(), /no more/);
    await assert.rejects(connection.write(Buffer.from('QUIT\r\n')), /no more/);
  } finally {
    connection.close();
  }
});

test('the end of the stream is undefined, and a reset is POP3_CONNECTION_LOST', async () => {
  for (const end of ['close', 'reset'] as const) {
    await using server = await startScriptedServer([{ expect: 'GO' }, { end }]);
    const connection = await dialer.dial(targetAt(server.port), never);
    try {
      await connection.write(Buffer.from('GO\r\n'));
      if (end === 'close') assert.equal(await connection.read(), undefined);
      else await assert.rejects(connection.read(), { code: 'POP3_CONNECTION_LOST' });
    } finally {
      connection.close();
    }
  }
});
