// A connection as lines and octets with a clock and a trace. Keeps what arrived early, and closes the connection at the first
// doubt: a stream that is out of step files messages under the wrong name.

import { MailferryError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { LineEnds } from '../core/pop3/body-decoder.ts';
import { LineReader } from '../core/pop3/line-reader.ts';
import type { OnLine } from '../core/pop3/line-reader.ts';
import type { Connection, ProtocolTrace, TlsFacts } from '../ports/pop3.ts';
import { ClosedByServer } from './closed-by-server.ts';
import type { Clock, Patience } from './patience.ts';
import type { SecretMask } from './secret-mask.ts';

const NOTHING = new Uint8Array(0);

export interface WireOptions {
  readonly mask: SecretMask;
  readonly trace: ProtocolTrace | undefined;
  readonly clock: Clock;
}

export class Wire {
  readonly mask: SecretMask;
  readonly #connection: Connection;
  readonly #trace: ProtocolTrace | undefined;
  readonly #clock: Clock;
  /** How the last line ended: a body behind a status line ends as that did. */
  lastLineEnds: LineEnds = 'crlf';
  #unread: Uint8Array = NOTHING;
  #isOver = false;

  constructor(connection: Connection, { mask, trace, clock }: WireOptions) {
    this.#connection = connection;
    this.mask = mask;
    this.#trace = trace;
    this.#clock = clock;
  }

  get tls(): TlsFacts | undefined {
    return this.#connection.tls;
  }

  /**
   * @param octets whole lines with their CRLF
   * @param shown what the trace may show of them, without the last CRLF
   */
  async write(octets: Uint8Array, shown: string): Promise<void> {
    for (const line of shown.split('\r\n')) this.#trace?.sent(line);
    await this.#connection.write(octets);
  }

  /**
   * @throws POP3_PROTOCOL if octets are unread that no command asked for: a double answer, an injected one, or a body
   *         that ended too early
   */
  assertInStep(before: string): void {
    const octets = this.#unread.length + this.#connection.bufferedOctets;
    if (octets === 0) return;
    throw this.fail(
      new MailferryError(`before ${before}: the server sent ${octets} octets that no command asked for`, {
        code: 'POP3_PROTOCOL',
        scope: 'session',
        retryable: true,
      }),
    );
  }

  /** The octets at hand, or else the next to arrive. @throws POP3_TIMEOUT, POP3_CONNECTION_LOST */
  async take(patience: Patience, awaited: string): Promise<Uint8Array> {
    if (this.#unread.length > 0) {
      const unread = this.#unread;
      this.#unread = NOTHING;
      return unread;
    }
    const chunk = await this.#readInTime(patience, awaited);
    if (chunk) return chunk;
    this.#over('ended');
    throw this.fail(new ClosedByServer(awaited));
  }

  /** Gives back octets that belong to the next answer. */
  putBack(octets: Uint8Array): void {
    this.#unread = octets;
  }

  /** One line, without its end. @throws POP3_LIMIT_EXCEEDED, POP3_TIMEOUT, POP3_CONNECTION_LOST */
  async readLine(maxOctets: number, patience: Patience, awaited: string): Promise<Uint8Array> {
    const reader = new LineReader(maxOctets);
    for (;;) {
      const chunk = await this.take(patience, awaited);
      const { line, lineEnd, rest } = this.guard(() => reader.push(chunk));
      if (line) {
        this.lastLineEnds = lineEnd ?? 'crlf';
        this.putBack(rest);
        if (this.#trace) this.#trace.received(this.mask.hide(Buffer.from(line).toString('latin1')));
        return line;
      }
    }
  }

  /**
   * Lines as fast as they come: nothing is awaited between two that came together.
   * @param onLine as LineReader.pushEach; what it throws closes the connection
   * @throws POP3_LIMIT_EXCEEDED, POP3_TIMEOUT, POP3_CONNECTION_LOST, and what `onLine` throws
   */
  async readLines(maxOctets: number, patience: Patience, awaited: string, onLine: OnLine): Promise<void> {
    const reader = new LineReader(maxOctets);
    const take = this.#trace ? this.#traced(onLine, this.#trace) : onLine;
    for (;;) {
      const chunk = await this.take(patience, awaited);
      const rest = this.guard(() => reader.pushEach(chunk, take));
      if (rest) {
        this.putBack(rest);
        return;
      }
    }
  }

  #traced(onLine: OnLine, trace: ProtocolTrace): OnLine {
    return (octets, start, end) => {
      trace.received(this.mask.hide(Buffer.from(octets.subarray(start, end)).toString('latin1')));
      return onLine(octets, start, end);
    };
  }

  /** For the trace: octets that were no line. */
  noteOctets(count: number): void {
    this.#trace?.receivedOctets(count);
  }

  /** Runs a parser of server octets; what it throws also closes the connection. */
  guard<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.fail(error);
    }
  }

  async startTls(): Promise<void> {
    this.assertInStep('the TLS handshake');
    await this.#connection.startTls();
    this.#trace?.secured();
  }

  /** Close at once, without QUIT. */
  close(): void {
    this.#over('closed');
    this.#connection.close();
  }

  /** Closes the connection; returns the error for the caller to throw. */
  fail<E>(error: E): E {
    this.#over(error instanceof MailferryError ? error.code : 'closed');
    this.#connection.close();
    return error;
  }

  async #readInTime(patience: Patience, awaited: string): Promise<Uint8Array | undefined> {
    if (patience.isSpent) throw this.fail(timeUp(patience, awaited));
    const began = this.#clock();
    const timer = setTimeout(() => {
      this.#connection.close(timeUp(patience, awaited));
    }, patience.leftMs);
    try {
      const chunk = await this.#connection.read();
      patience.note(this.#clock() - began, chunk?.length ?? 0);
      return chunk;
    } catch (error) {
      throw this.fail(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #over(how: 'closed' | 'ended' | ErrorCode): void {
    if (!this.#isOver) this.#trace?.over(how);
    this.#isOver = true;
  }
}

function timeUp({ timeoutMs }: Patience, awaited: string): MailferryError {
  return new MailferryError(`the server did not send ${awaited} within ${timeoutMs / 1000} s`, {
    code: 'POP3_TIMEOUT',
    scope: 'session',
    retryable: true,
  });
}
