// One connection of the command proxy: commands one way, answers the other, and the break between two of them.
// Never changes an octet.

import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CommandProxyOptions {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** Milliseconds a command waits before it is passed on, by verb; `*` for all others. */
  readonly delaysMs?: Readonly<Record<string, number>>;
  /** A command, by verb, is passed on when the promise is kept. */
  readonly heldUntil?: Readonly<Record<string, Promise<void>>>;
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

/** What the connections of one proxy share. */
export interface ProxyState {
  readonly options: CommandProxyOptions;
  readonly connections: SeenCommand[][];
  /** Commands seen so far, by verb. */
  readonly seen: Map<string, number>;
  readonly waiting: Map<string, PromiseWithResolvers<void>>;
  cuts: number;
}

export class CommandRelay {
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
      const { delaysMs, heldUntil } = this.#state.options;
      const held = heldUntil?.[command.verb];
      if (held) await Promise.race([held, whenClosed(this.#client)]);
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
