// What the servers that run as processes of their own have in common: they listen on a free port of 127.0.0.1, say which, and
// end when nobody holds their standard input any more, whatever became of who started them.

import { once } from 'node:events';
import type { Server } from 'node:net';
import { createInterface } from 'node:readline';

/** @param answer what to say to a line; without one, lines are not answered */
export async function serveUntilTold(
  server: Server | { readonly port: number },
  answer?: (line: string) => string,
): Promise<never> {
  if ('listen' in server) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  console.log(String('port' in server ? server.port : portOf(server)));
  for await (const line of createInterface({ input: process.stdin })) {
    if (answer !== undefined) console.log(answer(line));
  }
  process.exit(0);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
