// The Dialer port over connections that are there already: for sessions in memory.

import type { Connection, Dialer } from '../../lib/ports/pop3.ts';

/** Hands out each connection once, in this order, and closes it when the signal says so. */
export function dialerTo(...connections: readonly Connection[]): Dialer {
  let dialed = 0;
  return {
    dial: async (_target, signal) => {
      const connection = connections[dialed];
      dialed += 1;
      if (!connection) throw new Error(`off the script: dialed ${dialed} times`);
      signal.throwIfAborted();
      signal.addEventListener('abort', () => {
        connection.close(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      });
      return await Promise.resolve(connection);
    },
  };
}
