// A network that knows POP3: passes one command after another, slowly if told to, and breaks at a chosen command or
// inside its answer. Never changes an octet, and passes on what a client sent before it died, as a real network does.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { CommandRelay } from './command-relay.ts';
import type { CommandProxyOptions, ProxyState, SeenCommand } from './command-relay.ts';

export interface CommandProxy extends AsyncDisposable {
  readonly port: number;
  /** Commands of each connection, in the order they came. Secrets are among them. */
  readonly connections: readonly (readonly SeenCommand[])[];
  /** 0 or 1. */
  cuts(): number;
  /** Resolves when the next command of this verb arrives. */
  next(verb: string): Promise<void>;
  /** Resolves when every connection has ended on both sides. */
  idle(): Promise<void>;
}

/** How many commands of this verb were seen, over all connections. */
export function countSeen({ connections }: CommandProxy, verb: string): number {
  return connections.flat().filter((command) => command.verb === verb).length;
}

/** Listens on a free port of 127.0.0.1. */
export async function startCommandProxy(options: CommandProxyOptions): Promise<CommandProxy> {
  const state: ProxyState = { options, connections: [], seen: new Map(), waiting: new Map(), cuts: 0 };
  const relays = new Set<CommandRelay>();
  const running = new Set<Promise<void>>();
  const server = createServer((client) => {
    const relay = new CommandRelay(client, state);
    relays.add(relay);
    const run = relay.run().finally(() => {
      relays.delete(relay);
      running.delete(run);
    });
    running.add(run);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return {
    port: address.port,
    connections: state.connections,
    cuts: () => state.cuts,
    next: (verb) => {
      const waiter = state.waiting.get(verb) ?? Promise.withResolvers<void>();
      state.waiting.set(verb, waiter);
      return waiter.promise;
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const relay of relays) relay.destroy();
      await Promise.all(running);
      await closed;
    },
  };
}
