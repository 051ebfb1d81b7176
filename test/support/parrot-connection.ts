// A POP3 server in memory that tells back whatever it was told, in every form it can think of, for tests of what is hidden.
// It lets everybody in, or nobody.

import type { Connection, TlsFacts } from '../../lib/ports/pop3.ts';

export interface ParrotOptions {
  readonly greeting?: string;
  /** The answer to a line, without CRLF; `undefined` for the one that repeats it. */
  readonly answer?: (line: string) => string | undefined;
  readonly tls?: TlsFacts;
}

export class ParrotConnection implements Connection {
  readonly #options: ParrotOptions;
  /** As they came, one character an octet. */
  readonly lines: string[] = [];
  #unread: string;
  #isClosed = false;

  constructor(options: ParrotOptions) {
    this.#options = options;
    this.#unread = `${options.greeting ?? '+OK parrot'}\r\n`;
  }

  get tls(): TlsFacts | undefined {
    return this.#options.tls;
  }

  get bufferedOctets(): number {
    return this.#unread.length;
  }

  async read(): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    if (this.#isClosed) throw new Error('the connection is closed');
    if (this.#unread === '') return undefined;
    const octets = Buffer.from(this.#unread, 'latin1');
    this.#unread = '';
    return octets;
  }

  async write(octets: Uint8Array): Promise<void> {
    await Promise.resolve();
    const line = Buffer.from(octets).toString('latin1').replace(/\r\n$/, '');
    this.lines.push(line);
    this.#unread += `${this.#options.answer?.(line) ?? `-ERR no: ${formsOf(line).join(' ')}`}\r\n`;
  }

  async startTls(): Promise<void> {
    await Promise.reject(new Error('a parrot knows no TLS'));
  }

  close(): void {
    this.#isClosed = true;
  }
}

/** The line itself, in capitals, cut short, its base64, and if it is base64 itself, what it stands for. */
function formsOf(line: string): string[] {
  const words = line.split(' ');
  const last = words.at(-1) ?? '';
  const decoded = Buffer.from(last, 'base64')
    .toString('latin1')
    .replaceAll(/[\r\n]/g, '.');
  const plain = [line, line.toUpperCase(), line.slice(0, line.length * 0.8), decoded];
  return [...plain, ...plain.map((form) => Buffer.from(form, 'latin1').toString('base64'))];
}
