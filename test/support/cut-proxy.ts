// A network that breaks on purpose: passes a server's octets on, and cuts the connection after a given number of them.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CutProxyOptions {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** Octets of the server let through on each connection; `Infinity` never cuts. */
  readonly cutAfterOctets: number;
  /** End in good order, or with RST. */
  readonly how?: 'close' | 'reset';
}

export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** Octets of the server let through so far, over all connections. */
  passedOctets(): number;
  /** Connections cut so far. */
  cuts(): number;
}

interface Tally {
  passed: number;
  cuts: number;
}

/** Listens on a free port of 127.0.0.1. */
export async function startCutProxy(options: CutProxyOptions): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const tally: Tally = { passed: 0, cuts: 0 };
  const server = createServer((client) => {
    const upstream = connect(options.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // Both ends of the test see what happened by themselves.
      socket.on('error', () => socket.destroy());
    }
    relay(client, upstream, options, tally);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return {
    port: address.port,
    passedOctets: () => tally.passed,
    cuts: () => tally.cuts,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function relay(
  client: Socket,
  upstream: Socket,
  { cutAfterOctets, how }: CutProxyOptions,
  tally: Tally,
): void {
  let left = cutAfterOctets;
  const cut = (): void => {
    tally.cuts += 1;
    upstream.destroy();
    if (how === 'reset') client.resetAndDestroy();
    else client.end();
  };
  client.pipe(upstream);
  client.once('close', () => upstream.destroy());
  upstream.once('end', () => client.end());
  if (left === 0) cut();
  upstream.on('data', (chunk: Buffer) => {
    if (left === 0) return;
    const part = chunk.subarray(0, left);
    left -= part.length;
    tally.passed += part.length;
    client.write(part);
    if (left === 0) client.write('', cut);
    else if (client.writableNeedDrain) pauseUntilDrained(upstream, client);
  });
}

function pauseUntilDrained(source: Socket, target: Socket): void {
  source.pause();
  target.once('drain', () => source.resume());
}
