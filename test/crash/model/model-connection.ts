// A Connection to a model server, without a network. A read that nothing will ever answer fails at once.

import { MailferryError } from '../../../lib/core/errors.ts';
import type { Connection } from '../../../lib/ports/pop3.ts';
import type { MailServer } from './mail-server.ts';
import type { Answer, ServerSession } from './server-session.ts';

const SMALLEST_SPLIT_OCTETS = 200;

export class ModelConnection<Client> implements Connection {
  readonly #server: MailServer<Client>;
  readonly #session: ServerSession<Client>;
  #arrived: Buffer[] = [];
  #unsent = '';
  #octetsLeft: number;
  #hasEnded = false;
  #closedFor: Error | undefined;

  /** @param signal aborting it closes the connection for its reason */
  constructor(server: MailServer<Client>, client: Client, signal: AbortSignal) {
    signal.throwIfAborted();
    this.#server = server;
    this.#session = server.accept(client);
    this.#octetsLeft = server.nextCut();
    this.#arrive(this.#session.greeting);
    signal.addEventListener('abort', () => this.close(asError(signal.reason)), { once: true });
  }

  async read(): Promise<Buffer | undefined> {
    this.#refuseIfClosed();
    const chunk = this.#arrived.shift();
    if (chunk || this.#hasEnded) return chunk;
    if (!this.#server.quirks.losesCommands) {
      throw new Error('a read that would wait for ever: nothing was asked of the server');
    }
    this.close();
    throw lost();
  }

  readonly tls = undefined;

  get bufferedOctets(): number {
    return this.#arrived.reduce((sum, { length }) => sum + length, 0);
  }

  async write(octets: Uint8Array): Promise<void> {
    this.#refuseIfClosed();
    if (this.#hasEnded) throw lost();
    const lines = (this.#unsent + Buffer.from(octets).toString('latin1')).split('\r\n');
    this.#unsent = lines.pop() ?? '';
    for (const line of this.#keptOf(lines))
      if (!this.#hasEnded) this.#arrive(await this.#session.answer(line));
  }

  #keptOf(lines: readonly string[]): readonly string[] {
    return this.#server.quirks.losesCommands ? lines.filter((_line, index) => index % 3 !== 2) : lines;
  }

  async startTls(): Promise<void> {
    throw new Error('the model has no TLS');
  }

  close(reason?: Error): void {
    this.#closedFor ??= reason ?? lost();
    this.#server.forget(this.#session);
  }

  #arrive({ octets, ends }: Answer): void {
    const sent = octets.subarray(0, this.#octetsLeft);
    this.#octetsLeft -= sent.length;
    const { inPieces } = this.#server.quirks;
    const half = inPieces && sent.length >= SMALLEST_SPLIT_OCTETS ? sent.length >> 1 : 0;
    for (const piece of [sent.subarray(0, half), sent.subarray(half)]) {
      if (piece.length > 0) this.#arrived.push(piece);
    }
    if (!ends && sent.length === octets.length) return;
    this.#hasEnded = true;
    this.#server.forget(this.#session);
  }

  #refuseIfClosed(): void {
    if (this.#closedFor) throw this.#closedFor;
  }
}

function lost(): MailferryError {
  return new MailferryError('the connection is lost', {
    code: 'POP3_CONNECTION_LOST',
    scope: 'session',
    retryable: true,
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
