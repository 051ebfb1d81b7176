// A POP3 conversation as commands out and lines in, over any Connection. Keeps what arrived early, watches the clock,
// and closes the connection at the first doubt: a stream that is out of step files messages under the wrong name.

import { MailferryError } from '../core/errors.ts';
import { encodeCommand } from '../core/pop3/command.ts';
import type { Keyword } from '../core/pop3/command.ts';
import { LineReader } from '../core/pop3/line-reader.ts';
import type { Connection } from '../ports.ts';

const NOTHING = new Uint8Array(0);

export class Wire {
  readonly #connection: Connection;
  #unread: Uint8Array = NOTHING;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * @throws POP3_PROTOCOL if octets are unread that no command asked for: a double answer, an injected one, or a body
   *         that ended too early. The connection is closed then.
   */
  async send(keyword: Keyword, argument?: string | number): Promise<void> {
    const command = encodeCommand(keyword, argument);
    this.assertInStep(`sending ${keyword}`);
    await this.#connection.write(command);
  }

  /** @throws POP3_PROTOCOL if anything is unread */
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
  async take(timeoutMs: number, awaited: string): Promise<Uint8Array> {
    if (this.#unread.length > 0) {
      const unread = this.#unread;
      this.#unread = NOTHING;
      return unread;
    }
    const chunk = await this.#readInTime(timeoutMs, awaited);
    if (chunk) return chunk;
    throw this.fail(
      new MailferryError(`the server closed the connection while ${awaited} was due`, {
        code: 'POP3_CONNECTION_LOST',
        scope: 'session',
        retryable: true,
      }),
    );
  }

  /** Gives back octets that belong to the next answer. */
  putBack(octets: Uint8Array): void {
    this.#unread = octets;
  }

  /** One line, without its end. @throws POP3_LIMIT_EXCEEDED, POP3_TIMEOUT, POP3_CONNECTION_LOST */
  async readLine(maxOctets: number, timeoutMs: number, awaited: string): Promise<Uint8Array> {
    const reader = new LineReader(maxOctets);
    for (;;) {
      const chunk = await this.take(timeoutMs, awaited);
      const { line, rest } = this.guard(() => reader.push(chunk));
      if (line) {
        this.putBack(rest);
        return line;
      }
    }
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
  }

  /** Close at once, without QUIT. */
  close(): void {
    this.#connection.close();
  }

  /** Closes the connection; returns the error for the caller to throw. */
  fail<E>(error: E): E {
    this.#connection.close();
    return error;
  }

  async #readInTime(timeoutMs: number, awaited: string): Promise<Uint8Array | undefined> {
    const timer = setTimeout(() => {
      this.#connection.close(
        new MailferryError(`no octet for ${timeoutMs / 1000} s while ${awaited} was due`, {
          code: 'POP3_TIMEOUT',
          scope: 'session',
          retryable: true,
        }),
      );
    }, timeoutMs);
    try {
      return await this.#connection.read();
    } finally {
      clearTimeout(timer);
    }
  }
}
