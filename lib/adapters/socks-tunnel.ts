// SOCKS5 (RFC 1928, RFC 1929) by the library `socks`, over a socket of ours. The library sees one octet at a time and none
// after the proxy's answer: what it had read too much it would hand on as an event that nobody hears. User and password go
// to the proxy in clear text: SOCKS5 knows no other way that proxies have.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { SocksClient } from 'socks';
import { describeError } from '../core/errors.ts';
import { nextChange } from './next-change.ts';
import { proxyFailed } from './proxy-errors.ts';
import type { ProxyRefusal } from './proxy-errors.ts';
import type { TunnelRequest } from './proxy-tunnel.ts';

/** Longer than the dialer waits: that ends the attempt, by destroying the socket. */
const LIBRARY_TIMEOUT_MS = 120_000;

/** @throws CONNECT_FAILED */
export async function openSocksTunnel(socket: Socket, tunnel: TunnelRequest): Promise<void> {
  const { place, password, host, port } = tunnel;
  const library = libraryEnd(socket);
  try {
    const established = SocksClient.createConnection({
      command: 'connect',
      proxy: {
        type: 5,
        host: place.host,
        port: place.port,
        ...(place.user !== undefined && { userId: place.user, password: password?.reveal() ?? '' }),
      },
      destination: { host, port },
      existing_socket: library,
      timeout: LIBRARY_TIMEOUT_MS,
    });
    await Promise.all([established, feed(socket, library)]);
  } catch (error) {
    // Its errors carry everything it was given, the password too: only their text goes on.
    const detail = describeError(error);
    throw proxyFailed(tunnel, refusalOf(detail), detail);
  }
}

/** What the library takes for the socket: what it writes goes on, and it reads what `feed` gives it. */
function libraryEnd(socket: Socket): Duplex {
  const library = new Duplex({
    read: () => {},
    write: (octets: Uint8Array, _encoding, done) => {
      socket.write(octets, done);
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  // The library listens only while it waits for an answer.
  library.on('error', () => {});
  return library;
}

/** Ends when the library has heard enough, or nothing more will come. */
async function feed(socket: Socket, library: Duplex): Promise<void> {
  // It stops listening in the very turn in which it has all of the answer, or refuses it.
  while (library.listenerCount('data') > 0) {
    const octet: unknown = socket.read(1);
    if (octet !== null) {
      library.emit('data', octet);
    } else if (socket.readableEnded || socket.destroyed) {
      library.destroy(socket.errored ?? undefined);
      return;
    } else {
      await nextChange(socket);
    }
  }
}

/** The library has a text for each reply of RFC 1928 section 6 and RFC 1929 section 2. */
function refusalOf(text: string): ProxyRefusal {
  if (/authentication/i.test(text)) return 'login';
  return text.includes('NotAllowed') ? 'forbidden' : 'failed';
}
