// A TCP server on 127.0.0.1 that hands out its connections and can end all of them.
// Never swallows a mistake made while serving one: `close` rejects with it.

import { createServer } from 'node:net';
import { Wire } from './wire.ts';

export interface Listener {
  readonly port: number;
  /** Drop all clients and stop listening. Safe to repeat. Rejects with what any `serve` threw. */
  close(): Promise<void>;
}

/**
 * Resolves when the port is open.
 * @param port 0 for any free one
 * @param serve called for each connection; the signal aborts when the listener closes
 */
export async function listen(
  port: number,
  serve: (wire: Wire, signal: AbortSignal) => Promise<void>,
): Promise<Listener> {
  const wires = new Set<Wire>();
  const running = new Set<Promise<void>>();
  const mistakes: unknown[] = [];
  const stop = new AbortController();
  const server = createServer((socket) => {
    const wire = new Wire(socket);
    wires.add(wire);
    socket.once('close', () => wires.delete(wire));
    const session = serve(wire, stop.signal)
      .catch((error: unknown) => void mistakes.push(error))
      .finally(() => running.delete(session));
    running.add(session);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = async (): Promise<void> => {
    stop.abort();
    for (const wire of wires) wire.destroy();
    await Promise.all(running);
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    if (mistakes.length > 0) throw new AggregateError(mistakes, `a session failed: ${String(mistakes[0])}`);
  };
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { port: address.port, close };
}
