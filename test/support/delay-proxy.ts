// A network with a distance: everything takes its time there and back, the opening of a connection too. Never changes an octet.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DelayProxyOptions {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** There and back again, in milliseconds; asked for each connection. */
  readonly roundTripMs: () => number;
}

export interface DelayProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  connections(): number;
}

/** Listens on a free port of 127.0.0.1. */
export async function startDelayProxy({ port, roundTripMs }: DelayProxyOptions): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => sockets.delete(socket));
      // Both ends of the test see what happened by themselves.
      socket.on('error', () => socket.destroy());
    }
    client.once('close', () => upstream.destroy());
    // The client believes to be connected at once. What it says first would leave when SYN and its answer have travelled, and
    // the server would know of it, and could greet, half a trip later.
    const tripMs = roundTripMs();
    const oneWayMs = tripMs / 2;
    void carry(client, upstream, { oneWayMs, fromMs: tripMs });
    void carry(upstream, client, { oneWayMs, fromMs: tripMs + oneWayMs });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return {
    port: address.port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Way {
  readonly oneWayMs: number;
  /** Nothing leaves earlier than so long after the connection was begun. */
  readonly fromMs: number;
}

/** Each chunk by itself, so that many are on their way together. */
async function carry(from: Socket, to: Socket, { oneWayMs, fromMs }: Way): Promise<void> {
  const opened = performance.now() + fromMs;
  let last: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of from) {
      const arrives = Math.max(opened, performance.now()) + oneWayMs;
      last = arrive(last, arrives, () => to.writable && to.write(chunk as Buffer));
    }
    await arrive(last, performance.now() + oneWayMs, () => to.end());
  } catch {
    to.destroy();
  }
}

async function arrive(before: Promise<unknown>, at: number, happen: () => void): Promise<void> {
  await Promise.all([before, sleep(Math.max(0, at - performance.now()))]);
  happen();
}
