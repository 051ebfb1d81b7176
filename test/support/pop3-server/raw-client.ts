// The simplest possible client, to see what a server really sends. It knows no POP3 but the end of an answer.
// Never waits without an end: everything it awaits fails after a deadline.

import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const DEADLINE_MS = 5_000;
const LINE_END = Buffer.from('\r\n');
const ANSWER_END = Buffer.from('\r\n.\r\n');

export class RawClient implements Disposable {
  #socket: Socket;
  #received: Buffer[] = [];
  #ended = false;
  #failure: string | undefined;
  #wake: () => void = () => {};

  constructor(port: number) {
    this.#socket = connectTcp({ host: '127.0.0.1', port });
    this.#listen(this.#socket);
  }

  /** The error code the connection ended with (`ECONNRESET`), or `undefined`. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Shake hands as a client that trusts only this authority. Rejects with the reason of the refusal. */
  async startTls(caPem: string, host = 'localhost'): Promise<void> {
    this.#socket.removeAllListeners('data');
    // SNI carries no addresses (RFC 6066 section 3); the certificate is checked against `host` all the same.
    const servername = isIP(host) === 0 ? host : '';
    const secured = connectTls({ socket: this.#socket, ca: caPem, host, servername });
    this.#socket = secured;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    secured.once('secureConnect', resolve);
    secured.once('error', reject);
    this.#listen(secured);
    await promise;
  }

  /** Send octets as they are, one for each character. */
  send(text: string): void {
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** Send a command; its status line, without CRLF. */
  async ask(command: string): Promise<string> {
    this.send(`${command}\r\n`);
    return await this.line();
  }

  async line(): Promise<string> {
    const octets = await this.#take((received) => received.indexOf(LINE_END), LINE_END.length);
    return octets.toString('latin1').slice(0, -2);
  }

  /** What follows a status line: the octets up to and with the line of a single dot, as on the wire. */
  async body(): Promise<Buffer> {
    const isEmpty = (received: Buffer): boolean => received.indexOf('.\r\n') === 0;
    const isAtEnd = (received: Buffer): number => (isEmpty(received) ? -2 : received.indexOf(ANSWER_END));
    return await this.#take(isAtEnd, ANSWER_END.length);
  }

  /** Everything up to the end of the connection, however it ends. */
  async rest(): Promise<Buffer> {
    await this.#until(() => this.#ended);
    return this.#join();
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure ??= error.code ?? error.message;
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  async #take(find: (received: Buffer) => number, endOctets: number): Promise<Buffer> {
    let at = -1;
    await this.#until(() => {
      at = find(this.#join());
      return at !== -1;
    });
    const all = this.#join();
    this.#received = [all.subarray(at + endOctets)];
    return all.subarray(0, at + endOctets);
  }

  #join(): Buffer {
    const all = Buffer.concat(this.#received);
    this.#received = [all];
    return all;
  }

  async #until(isReached: () => boolean): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(new Error('DEADLINE')), DEADLINE_MS);
    try {
      while (!isReached()) {
        if (this.#ended)
          throw new Error(`the connection ended: ${JSON.stringify(this.#join().toString('latin1'))}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
