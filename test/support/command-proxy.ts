// A network that knows POP3: passes one command after another, slowly if told to, and breaks at a chosen command or
// inside its answer. Never changes an octet, and passes on what a client sent before it died, as a real network does.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CommandProxyOptions {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** Milliseconds a command waits before it is passed on, by verb; `*` for all others. */
  readonly delaysMs?: Readonly<Record<string, number>>;
  /** Happens once. */
  readonly cut?: CommandCut;
}

export interface CommandCut {
  /** In capitals. */
  readonly verb: string;
  /** The how-many-eth command of this verb, over all connections. Default 1. */
  readonly occurrence?: number;
  /**
   * `before-command`: the server never hears of it. A number: the server has answered, and so many octets of its answer
   * are passed on; 0 loses the whole answer.
   */
  readonly where: 'before-command' | number;
  /** End in good order (default), or with RST. */
  readonly how?: 'close' | 'reset';
  /** Every later connection is closed before the server says a word. */
  readonly forGood?: boolean;
}

/** A command as it arrived from the client. */
export interface SeenCommand {
  readonly verb: string;
  readonly argument: string;
  /** Octets of its answer passed on so far. */
  answerOctets: number;
}

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
  const relays = new Set<Relay>();
  const running = new Set<Promise<void>>();
  const server = createServer((client) => {
    const relay = new Relay(client, state);
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

interface ProxyState {
  readonly options: CommandProxyOptions;
  readonly connections: SeenCommand[][];
  /** Commands seen so far, by verb. */
  readonly seen: Map<string, number>;
  readonly waiting: Map<string, PromiseWithResolvers<void>>;
  cuts: number;
}

class Relay {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #state: ProxyState;
  readonly #commands: SeenCommand[] = [];
  #current: SeenCommand | undefined;
  /** Octets of the current answer before the line breaks. */
  #answerOctetsLeft = Infinity;

  constructor(client: Socket, state: ProxyState) {
    this.#client = client;
    this.#upstream = connect(state.options.port, '127.0.0.1');
    this.#state = state;
    state.connections.push(this.#commands);
    for (const socket of [this.#client, this.#upstream]) {
      socket.setNoDelay(true);
      // Both ends of the test see what happened by themselves.
      socket.on('error', () => socket.destroy());
    }
  }

  /** Resolves when both sides have ended. */
  async run(): Promise<void> {
    const { cut } = this.#state.options;
    if (cut?.forGood === true && this.#state.cuts > 0) this.#break();
    const closed = [this.#client, this.#upstream].map((socket) => whenClosed(socket));
    await Promise.all([this.#passCommands(), this.#passAnswers(), ...closed]);
  }

  destroy(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }

  async #passCommands(): Promise<void> {
    for await (const line of linesOf(this.#client)) {
      const command = this.#note(line);
      const cut = this.#cutAt(command);
      const { delaysMs } = this.#state.options;
      await sleep(delaysMs?.[command.verb] ?? delaysMs?.['*'] ?? 0);
      if (cut?.where === 'before-command') {
        this.#cut(cut);
        return;
      }
      this.#current = command;
      this.#answerOctetsLeft = cut?.where ?? Infinity;
      if (this.#upstream.writable) this.#upstream.write(line, 'latin1');
    }
    this.#upstream.end();
  }

  async #passAnswers(): Promise<void> {
    for await (const chunk of chunksOf(this.#upstream)) {
      const part = chunk.subarray(0, this.#answerOctetsLeft);
      await write(this.#client, part);
      if (this.#current) this.#current.answerOctets += part.length;
      this.#answerOctetsLeft -= part.length;
      if (this.#answerOctetsLeft > 0 || !this.#state.options.cut) continue;
      this.#cut(this.#state.options.cut);
      return;
    }
    this.#client.end();
  }

  #note(line: string): SeenCommand {
    const [verb = '', ...rest] = line.trimEnd().split(' ');
    const command = { verb: verb.toUpperCase(), argument: rest.join(' '), answerOctets: 0 };
    const { seen, waiting } = this.#state;
    this.#commands.push(command);
    seen.set(command.verb, (seen.get(command.verb) ?? 0) + 1);
    waiting.get(command.verb)?.resolve();
    waiting.delete(command.verb);
    return command;
  }

  #cutAt({ verb }: SeenCommand): CommandCut | undefined {
    const { options, seen, cuts } = this.#state;
    const { cut } = options;
    return cut && cuts === 0 && cut.verb === verb && seen.get(verb) === (cut.occurrence ?? 1)
      ? cut
      : undefined;
  }

  #cut({ how }: CommandCut): void {
    this.#state.cuts += 1;
    this.#break(how);
  }

  #break(how: CommandCut['how'] = 'close'): void {
    this.#upstream.destroy();
    if (how === 'reset') this.#client.resetAndDestroy();
    else this.#client.destroySoon();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string, void, undefined> {
  let text = '';
  for await (const chunk of chunksOf(socket)) {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end + 1);
      text = text.slice(end + 1);
    }
  }
}

/** Up to the end of the connection, however it ends. */
async function* chunksOf(socket: Socket): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of socket) yield chunk as Buffer;
  } catch {
    // It was broken, by us or by the other side.
  }
}

/** Resolves when the network has taken the octets, or nobody will. */
async function write(socket: Socket, octets: Buffer): Promise<void> {
  if (!socket.writable || octets.length === 0) return;
  await new Promise<void>((resolve) => {
    socket.write(octets, () => resolve());
  });
}

async function whenClosed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}
