// Which of a host's addresses the dialer connects to, and what it says when none answers.

import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { startBlackHole } from '../support/black-hole.ts';
import { targetAt } from '../support/dial-target.ts';
import { startLoopback } from '../support/loopback-server.ts';

const never = new AbortController().signal;
const NAME = 'pop.example.test';

const ipv4 = (...addresses: string[]): LookupAddress[] =>
  addresses.map((address) => ({ address, family: 4 }));

async function greetingServer(): ReturnType<typeof startLoopback> {
  return await startLoopback((socket) => socket.write('+OK\r\n'));
}

test('an address that refuses does not stand in the way of the next (row 80)', async () => {
  await using server = await greetingServer();
  const dialer = new SocketDialer({ lookUp: async () => ipv4('127.0.0.2', '127.0.0.3', '127.0.0.1') });
  const connection = await dialer.dial(targetAt(server.port, { host: NAME }), never);
  try {
    assert.equal(String(await connection.read()), '+OK\r\n');
  } finally {
    connection.close();
  }
});

test('an address that stays silent does not stand in the way of the next (row 80)', async () => {
  await using server = await greetingServer();
  await using hole = await startBlackHole('127.0.0.2', server.port);
  const lookUp = async (): Promise<LookupAddress[]> => ipv4(hole.host, '127.0.0.1');
  const dialer = new SocketDialer({ lookUp, addressAttemptMs: 20 });
  const connection = await dialer.dial(targetAt(server.port, { host: NAME }), never);
  try {
    assert.equal(String(await connection.read()), '+OK\r\n');
  } finally {
    connection.close();
  }
});

test('when no address answers, the error tells what became of each', async () => {
  await using hole = await startBlackHole('127.0.0.4');
  const lookUp = async (): Promise<LookupAddress[]> => ipv4('127.0.0.2', hole.host, '127.0.0.3');
  const dialer = new SocketDialer({ lookUp, addressAttemptMs: 20 });
  await assert.rejects(dialer.dial(targetAt(hole.port, { host: NAME }), never), {
    code: 'CONNECT_FAILED',
    scope: 'session',
    retryable: true,
    message: new RegExp(
      `pop\\.example\\.test:${hole.port}: .*ECONNREFUSED 127\\.0\\.0\\.2.*ETIMEDOUT 127\\.0\\.0\\.4.*ECONNREFUSED 127\\.0\\.0\\.3`,
    ),
  });
});

test('a name that leads to a private address among public ones is refused, and nothing is connected to (row 82)', async () => {
  await using server = await greetingServer();
  for (const bad of [
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::127.0.0.1',
  ]) {
    const family = bad.includes(':') ? 6 : 4;
    const lookUp = async (): Promise<LookupAddress[]> => [...ipv4('192.0.2.1'), { address: bad, family }];
    const target = targetAt(server.port, { host: NAME, allowPrivateNetwork: false });
    await assert.rejects(new SocketDialer({ lookUp }).dial(target, never), {
      code: 'ADDRESS_NOT_ALLOWED',
      scope: 'account',
      retryable: false,
    });
  }
  assert.equal(server.sockets.length, 0);
});

test('a name that changes its answer after it was checked leads nowhere else (DNS rebinding, row 82)', async () => {
  await using server = await greetingServer();
  // Nobody has the first address (RFC 5737): the attempt on it fails, or lasts until the time is up.
  const answers = [ipv4('192.0.2.1'), ipv4('127.0.0.1')];
  let asked = 0;
  const dialer = new SocketDialer({ lookUp: async () => answers[asked++] ?? [], timeoutMs: 100 });
  const target = targetAt(server.port, { host: NAME, allowPrivateNetwork: false });
  await assert.rejects(dialer.dial(target, never), { scope: 'session', retryable: true });
  assert.equal(asked, 1, 'one attempt asks once');
  await assert.rejects(dialer.dial(target, never), { code: 'ADDRESS_NOT_ALLOWED' });
  assert.equal(asked, 2);
  assert.equal(server.sockets.length, 0);
});

test('a name service that has no answer, or none just now, is HOST_UNKNOWN with its code', async () => {
  for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
    const lookUp = async (): Promise<never> => {
      throw Object.assign(new Error(code), { code });
    };
    await assert.rejects(new SocketDialer({ lookUp }).dial(targetAt(110, { host: NAME }), never), {
      code: 'HOST_UNKNOWN',
      retryable: true,
      message: new RegExp(`${NAME.replaceAll('.', '\\.')}.*${code}`),
    });
  }
  const nothing = new SocketDialer({ lookUp: async () => [] });
  await assert.rejects(nothing.dial(targetAt(110, { host: NAME }), never), { code: 'HOST_UNKNOWN' });
});

/** The timer of a TCP socket: 2 is that of keep-alive (Documentation/networking/proc_net_tcp.rst of Linux). */
async function tcpTimer(localPort: number, remotePort: number): Promise<number | undefined> {
  const rows = (await readFile(PROC_TCP, 'utf8')).split('\n').map((row) => row.trim().split(/\s+/));
  const own = rows.find(
    ([, local, remote, state]) =>
      portIn(local) === localPort && portIn(remote) === remotePort && state === ESTABLISHED,
  );
  return own?.[5] === undefined ? undefined : Number.parseInt(own[5], 16);
}

function portIn(address = ''): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}

const ESTABLISHED = '01';
const PROC_TCP = '/proc/net/tcp';
const KEEP_ALIVE_TIMER = 2;
const options = { skip: existsSync(PROC_TCP) ? false : `there is no ${PROC_TCP}` };

test('the kernel watches over a connection on which nothing happens (row 84)', options, async () => {
  const accepted = Promise.withResolvers<number>();
  await using server = await startLoopback((socket) => accepted.resolve(socket.remotePort ?? 0));
  const connection = await new SocketDialer().dial(targetAt(server.port), never);
  try {
    assert.equal(await tcpTimer(await accepted.promise, server.port), KEEP_ALIVE_TIMER);
  } finally {
    connection.close();
  }
});
