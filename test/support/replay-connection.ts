// The Connection port over a script in memory: what the client must send and what the server says, with no socket and
// no clock. How octets are cut into reads is up to the test. Never makes up an answer; any step off the script is kept.

import { MailferryError } from '../../lib/core/errors.ts';
import type { Connection, TlsFacts } from '../../lib/ports/pop3.ts';
import type { ReplayEvent, ReplayOptions } from './replay-script.ts';

const TLS_FACTS: TlsFacts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  chain: [],
  channelBindings: [],
};
const NOTHING = Buffer.alloc(0);
/** What a socket holds of a stream that has no end. */
const HIGH_WATER_OCTETS = 64 * 1024;

export class ReplayConnection implements Connection {
  readonly #events: readonly ReplayEvent[];
  readonly #options: ReplayOptions;
  readonly #complaints: string[] = [];
  readonly #lines: string[] = [];
  readonly #pendingReads = new Set<(reason: Error) => void>();
  #position = 0;
  #atHand: Buffer = NOTHING;
  #unfinished = '';
  #closeReason: Error | undefined;
  #octetsTaken = 0;
  #handshakes = 0;

  constructor(events: readonly ReplayEvent[], options: ReplayOptions = {}) {
    this.#events = events;
    this.#options = options;
  }

  /** Every way in which the client left the script. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Lines the client sent, without CRLF, one character per octet. */
  get sentLines(): readonly string[] {
    return this.#lines;
  }

  /** Octets the client has read. */
  get octetsTaken(): number {
    return this.#octetsTaken;
  }

  get handshakes(): number {
    return this.#handshakes;
  }

  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** Of a handshake that never was; nothing to bind a channel to. */
  get tls(): TlsFacts | undefined {
    return this.#handshakes > 0 || this.#options.isImplicitTls ? TLS_FACTS : undefined;
  }

  /** What of the script has not happened: empty once everything was sent, said and read. */
  get remaining(): readonly ReplayEvent[] {
    this.#fill();
    const rest = this.#events.slice(this.#position);
    return this.#atHand.length > 0 ? [{ server: this.#atHand }, ...rest] : rest;
  }

  get bufferedOctets(): number {
    this.#fill();
    const event = this.#events[this.#position];
    return this.#atHand.length + (event && 'endless' in event ? HIGH_WATER_OCTETS : 0);
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#pendingReads.size > 0) throw this.#complain('two reads at a time');
    this.#options.beforeRead?.();
    // Sockets never answer in the same turn.
    await Promise.resolve();
    if (this.#closeReason) throw this.#closeReason;
    this.#fill();
    const chunk = this.#takeChunk();
    if (chunk) return chunk;
    const event = this.#events[this.#position];
    if (event && 'end' in event) {
      if (event.end === 'close') return undefined;
      this.close(lost('reset by the server'));
      throw lost('reset by the server');
    }
    if (event && 'silence' in event) return await this.#never();
    throw this.#complain(
      event && 'client' in event
        ? `the client waits for octets where "${String(event.client)}" is due from it`
        : 'the client waits for octets where none are in the script',
    );
  }

  async write(octets: Uint8Array): Promise<void> {
    await Promise.resolve();
    if (this.#closeReason) throw this.#closeReason;
    const text = this.#unfinished + Buffer.from(octets).toString('latin1');
    const lines = text.split('\r\n');
    this.#unfinished = lines.pop() ?? '';
    // Row 33: a command that comes in two pieces is too much for some servers.
    if (this.#unfinished !== '') throw this.#complain(`the write "${text}" ends within a line`);
    for (const line of lines) this.#hear(line);
  }

  async startTls(): Promise<void> {
    await Promise.resolve();
    if (this.#closeReason) throw this.#closeReason;
    if (this.bufferedOctets > 0) {
      const early = new MailferryError('octets arrived before the TLS handshake', {
        code: 'TLS_HANDSHAKE_FAILED',
        scope: 'account',
        retryable: false,
      });
      this.close(early);
      throw early;
    }
    const event = this.#events[this.#position];
    if (!event || !('tls' in event)) throw this.#complain('the client shakes hands where it should not');
    this.#handshakes += 1;
    this.#position += 1;
  }

  close(reason?: Error): void {
    this.#closeReason ??= reason ?? lost('closed here');
    for (const reject of this.#pendingReads) reject(this.#closeReason);
    this.#pendingReads.clear();
  }

  #hear(line: string): void {
    this.#lines.push(line);
    if (this.bufferedOctets > 0 && !this.#options.mayRunAhead) {
      throw this.#complain(`the client sent "${line}" before it read what came before that`);
    }
    const event = this.#events[this.#position];
    const expected = event && 'client' in event ? event.client : undefined;
    const matches = typeof expected === 'string' ? line === expected : expected?.test(line);
    if (!matches) {
      throw this.#complain(
        `the client sent ${JSON.stringify(line)} where ${JSON.stringify(String(expected ?? 'nothing'))} is due`,
      );
    }
    this.#position += 1;
  }

  /** Moves what the server says next, up to where it waits for the client, to what is at hand. */
  #fill(): void {
    const said: Buffer[] = [];
    for (;;) {
      const event = this.#events[this.#position];
      if (!event || !('server' in event)) break;
      said.push(Buffer.from(event.server));
      this.#position += 1;
    }
    if (said.length > 0) this.#atHand = Buffer.concat([this.#atHand, ...said]);
  }

  #takeChunk(): Uint8Array | undefined {
    if (this.#atHand.length === 0) {
      const event = this.#events[this.#position];
      if (!event || !('endless' in event)) return undefined;
      this.#atHand = Buffer.from(event.endless());
    }
    const wanted = this.#options.chunkOctets?.(this.#atHand.length) ?? this.#atHand.length;
    const octets = Math.min(this.#atHand.length, Math.max(1, wanted));
    // A copy: as with a socket, the chunk is the reader's own.
    const chunk = Uint8Array.from(this.#atHand.subarray(0, octets));
    this.#atHand = this.#atHand.subarray(octets);
    this.#octetsTaken += octets;
    return chunk;
  }

  async #never(): Promise<never> {
    return await new Promise<never>((_resolve, reject) => {
      this.#pendingReads.add(reject);
      setImmediate(() => this.#options.onSilence?.());
    });
  }

  #complain(what: string): Error {
    this.#complaints.push(what);
    return new Error(`off the script: ${what}`);
  }
}

function lost(how: string): MailferryError {
  return new MailferryError(`the connection was lost: ${how}`, {
    code: 'POP3_CONNECTION_LOST',
    scope: 'session',
    retryable: true,
  });
}
