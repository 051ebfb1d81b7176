// A server on a loopback address whose connections end with it. Says nothing by itself.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  /** Every socket accepted so far. */
  readonly sockets: readonly Socket[];
}

export interface ListenAt {
  readonly host?: string;
  readonly port?: number;
}

/** @param serve called for each TCP connection */
export async function startLoopback(
  serve: (socket: Socket) => void,
  at: ListenAt = {},
): Promise<LoopbackServer> {
  return await listenOn(createServer(serve), at);
}

/** The same of a server made elsewhere, such as one of node:tls. */
export async function listenOn(
  server: Server,
  { host = '127.0.0.1', port = 0 }: ListenAt = {},
): Promise<LoopbackServer> {
  const sockets: Socket[] = [];
  server.prependListener('connection', (socket: Socket) => {
    sockets.push(socket);
    // A client that resets is an ordinary client here.
    socket.on('error', () => {});
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
