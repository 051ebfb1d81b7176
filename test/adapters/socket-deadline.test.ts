// One deadline for all of a connection attempt, and an abort at any point of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { TIMEOUTS_MS } from '../../lib/core/limits.ts';
import type { DialTarget } from '../../lib/ports/pop3.ts';
import { startBlackHole } from '../support/black-hole.ts';
import { targetAt } from '../support/dial-target.ts';
import { startLoopback } from '../support/loopback-server.ts';

const never = new AbortController().signal;
const LOOPBACK: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];

interface Stuck {
  readonly phase: RegExp;
  readonly dialer: SocketDialer;
  readonly target: DialTarget;
  /** Resolves when the attempt is where it will stay. */
  readonly reached: Promise<unknown>;
}

/** Runs `use` for an attempt that gets stuck in each phase. */
async function inEachPhase(use: (stuck: Stuck) => Promise<void>): Promise<void> {
  const inLookup = Promise.withResolvers<void>();
  const silentLookUp = async (): Promise<never> => {
    inLookup.resolve();
    return await new Promise<never>(() => {});
  };
  await use({
    phase: /its name was looked up/,
    dialer: new SocketDialer({ lookUp: silentLookUp }),
    target: targetAt(110, { host: 'pop.example.test' }),
    reached: inLookup.promise,
  });
  {
    await using hole = await startBlackHole('127.0.0.5');
    await use({
      phase: /the connection was made/,
      dialer: new SocketDialer(),
      target: targetAt(hole.port, { host: hole.host }),
      reached: new Promise(setImmediate),
    });
  }
  for (const [changes, phase] of [
    [{ tls: 'implicit' }, /TLS was agreed on/],
    [{ proxy: 'socks5' }, /the proxy was asked/],
    [{ proxy: 'http' }, /the proxy was asked/],
  ] as const) {
    const inRequest = Promise.withResolvers<void>();
    await using silent = await startLoopback((socket) => {
      socket.once('data', () => inRequest.resolve());
    });
    const proxy = 'proxy' in changes && {
      proxy: { url: `${changes.proxy}://127.0.0.1:${silent.port}`, password: undefined },
    };
    const tls = 'tls' in changes && changes;
    await use({
      phase,
      dialer: new SocketDialer(),
      target: targetAt(silent.port, { ...tls, ...proxy }),
      reached: inRequest.promise,
    });
    await closedByClient(silent.sockets);
  }
}

async function closedByClient(sockets: readonly Socket[]): Promise<void> {
  assert.ok(sockets.length > 0, 'nothing was connected to');
  for (const socket of sockets) {
    socket.resume();
    if (!socket.closed) await once(socket, 'close');
  }
}

interface Clock {
  tick(ms: number): void;
  /** Time is real again. */
  goOn(): void;
}

/** Time that only moves when it is told to; sockets are as they are. Real again at the end of the test. */
function stopClock({ mock }: TestContext): Clock {
  mock.timers.enable({ apis: ['setTimeout'] });
  return { tick: (ms) => mock.timers.tick(ms), goOn: () => mock.timers.reset() };
}

test('an attempt that is stuck ends when its time is up, and says where that was (rows 149, 172)', async (context) => {
  await inEachPhase(async ({ dialer, target, phase, reached }) => {
    const clock = stopClock(context);
    const refused = assert.rejects(dialer.dial(target, never), {
      code: 'CONNECT_TIMEOUT',
      scope: 'session',
      retryable: true,
      message: phase,
    });
    await reached;
    clock.tick(TIMEOUTS_MS.connect);
    await refused;
    clock.goOn();
  });
});

test('an abort ends the attempt with its reason wherever it is, and leaves no connection (row 182)', async () => {
  await inEachPhase(async ({ dialer, target, reached }) => {
    const abort = new AbortController();
    const reason = new Error('no more');
    const dialed = dialer.dial(target, abort.signal);
    const refused = assert.rejects(dialed, (error) => error === reason);
    await reached;
    abort.abort(reason);
    await refused;
  });
});

test('what a slow name service takes is missing from what TLS may take: one budget for all', async (context) => {
  const clock = stopClock(context);
  const lookUp = async (): Promise<LookupAddress[]> => {
    clock.tick(TIMEOUTS_MS.connect - 10_000);
    return LOOPBACK;
  };
  const inHandshake = Promise.withResolvers<void>();
  await using silent = await startLoopback((socket) => socket.once('data', () => inHandshake.resolve()));
  const target = targetAt(silent.port, { host: 'pop.example.test', tls: 'implicit' });
  let isSettled = false;
  const dialed = new SocketDialer({ lookUp }).dial(target, never).finally(() => {
    isSettled = true;
  });
  const refused = assert.rejects(dialed, {
    code: 'CONNECT_TIMEOUT',
    message: /within 30 s.*TLS was agreed on/,
  });
  await inHandshake.promise;
  clock.tick(9_999);
  await new Promise(setImmediate);
  assert.equal(isSettled, false, 'the attempt ended before its time');
  clock.tick(1);
  await refused;
});

test('a connection that is open has no deadline any more', async (context) => {
  const clock = stopClock(context);
  await using server = await startLoopback((socket) => socket.once('data', () => socket.write('+OK\r\n')));
  const connection = await new SocketDialer().dial(targetAt(server.port), never);
  try {
    clock.tick(TIMEOUTS_MS.connect * 10);
    await connection.write(Buffer.from('NOOP\r\n'));
    assert.equal(String(await connection.read()), '+OK\r\n');
  } finally {
    connection.close();
  }
});

test('the handshake after STLS has the same time once more', async (context) => {
  const clock = stopClock(context);
  const inHandshake = Promise.withResolvers<void>();
  await using silent = await startLoopback((socket) => socket.once('data', () => inHandshake.resolve()));
  const connection = await new SocketDialer().dial(targetAt(silent.port, { tls: 'starttls' }), never);
  clock.tick(TIMEOUTS_MS.connect);
  const refused = assert.rejects(connection.startTls(), {
    code: 'CONNECT_TIMEOUT',
    message: /TLS was agreed on/,
  });
  await inHandshake.promise;
  clock.tick(TIMEOUTS_MS.connect);
  await refused;
  await assert.rejects(connection.read(), { code: 'CONNECT_TIMEOUT' });
  await closedByClient(silent.sockets);
});

test('a connection that is closed during the handshake after STLS fails it with the reason', async () => {
  const inHandshake = Promise.withResolvers<void>();
  await using silent = await startLoopback((socket) => socket.once('data', () => inHandshake.resolve()));
  const connection = await new SocketDialer().dial(targetAt(silent.port, { tls: 'starttls' }), never);
  const refused = assert.rejects(connection.startTls(), /no more/);
  await inHandshake.promise;
  connection.close(new Error('no more'));
  await refused;
  await closedByClient(silent.sockets);
});
