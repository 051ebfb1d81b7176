// Reads a socket by number of octets, for protocols that have no lines.

import { once } from 'node:events';
import type { Socket } from 'node:net';

/** @throws Error when the stream ends before there are so many */
export async function readOctets(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const octets = count === 0 ? Buffer.alloc(0) : (socket.read(count) as Buffer | null);
    // At the end of a stream `read` gives what there is, however little.
    if (octets?.length === count) return octets;
    if (octets !== null || socket.readableEnded || socket.destroyed)
      throw new Error('the stream ended too early');
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
}
