// The Connection port over a server that has one thing to say to each line, at once, and hangs up on who waits for more. So
// no client can wait for ever, and nothing but the client decides how a session ends.

import { MailferryError } from '../../lib/core/errors.ts';
import type { Connection, TlsFacts } from '../../lib/ports/pop3.ts';

export class BlindConnection implements Connection {
  readonly tls: TlsFacts | undefined = undefined;
  readonly #answerTo: (line: string) => Uint8Array;
  readonly #chunkOctets: number;
  #atHand: Buffer;
  #closeReason: Error | undefined;
  #reads = 0;

  /** @param answerTo called with each line, without its CRLF, and first of all with none: that is the greeting */
  constructor(answerTo: (line: string) => Uint8Array, chunkOctets: number) {
    this.#answerTo = answerTo;
    this.#chunkOctets = chunkOctets;
    this.#atHand = Buffer.from(answerTo(''));
  }

  get bufferedOctets(): number {
    return this.#atHand.length;
  }

  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  get reads(): number {
    return this.#reads;
  }

  async read(): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    this.#reads += 1;
    if (this.#closeReason) throw this.#closeReason;
    if (this.#atHand.length === 0) return undefined;
    const octets = Math.max(1, Math.min(this.#chunkOctets, this.#atHand.length));
    const chunk = Uint8Array.from(this.#atHand.subarray(0, octets));
    this.#atHand = this.#atHand.subarray(octets);
    return chunk;
  }

  async write(octets: Uint8Array): Promise<void> {
    await Promise.resolve();
    if (this.#closeReason) throw this.#closeReason;
    const lines = Buffer.from(octets).toString('latin1').split('\r\n').slice(0, -1);
    this.#atHand = Buffer.concat([this.#atHand, ...lines.map((line) => this.#answerTo(line))]);
  }

  async startTls(): Promise<void> {
    await Promise.resolve();
    if (this.#closeReason) throw this.#closeReason;
  }

  close(reason?: Error): void {
    this.#closeReason ??=
      reason ??
      new MailferryError('closed here', { code: 'POP3_CONNECTION_LOST', scope: 'session', retryable: true });
  }
}
