// One accepted connection as a test server sees it: lines in, octets out, TLS at any time.
// Never reads ahead of what is asked for, and never has more than one write under way.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What a TLS server shows: PEM texts. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** The client is gone, or was sent away: the ordinary end of a conversation, not a failure of the server. */
export class ConnectionEnded extends Error {
  constructor() {
    super('the connection has ended');
    this.name = 'ConnectionEnded';
  }
}

const MAX_LINE_OCTETS = 64 * 1024;
const LF = 0x0a;

export class Wire {
  readonly #tcp: Socket;
  #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  constructor(tcp: Socket) {
    this.#tcp = tcp;
    this.#socket = tcp;
    tcp.setNoDelay(true);
    // A client that resets is an ordinary client here; the end itself is seen at the next read or write.
    tcp.on('error', () => {});
    this.#listen(tcp);
  }

  get isSecure(): boolean {
    return this.#socket !== this.#tcp;
  }

  /** The next line without its CRLF (or LF), one character per octet; `undefined` once the client has ended. */
  async readLine(): Promise<string | undefined> {
    for (;;) {
      const end = this.#pending.indexOf(LF);
      if (end >= 0) {
        const line = this.#pending.toString('latin1', 0, end);
        this.#pending = this.#pending.subarray(end + 1);
        return line.endsWith('\r') ? line.slice(0, -1) : line;
      }
      if (this.#pending.length > MAX_LINE_OCTETS)
        throw new Error(`a command of over ${MAX_LINE_OCTETS} octets`);
      const chunk = await this.#nextChunk();
      if (chunk === undefined) return undefined;
      this.#pending = Buffer.concat([this.#pending, chunk]);
    }
  }

  /**
   * Send the pieces in order. Resolves when the network has taken them all.
   * @param writeOctets at most so many octets a write, each in a turn of the event loop of its own
   * @throws ConnectionEnded
   */
  async write(pieces: readonly Buffer[], writeOctets?: number): Promise<void> {
    if (writeOctets === undefined) {
      await this.#writeAll(pieces);
      return;
    }
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += writeOctets) {
        await this.#writeAll([piece.subarray(at, at + writeOctets)]);
        await nextTurn();
      }
    }
  }

  /** Throw away what the client has sent so far and nobody has read. */
  discardInput(): void {
    this.#pending = Buffer.alloc(0);
    while (this.#socket.read() !== null);
  }

  /** Pretend the client had sent this before anything it sends from now on. */
  injectInput(line: string): void {
    this.#pending = Buffer.concat([Buffer.from(`${line}\r\n`, 'latin1'), this.#pending]);
  }

  /**
   * Send the pieces in clear, then shake hands as the server. Clear text still unread is thrown away (RFC 2595 section 4).
   * @throws ConnectionEnded if the client does not go through with it
   */
  async startTls(certificate: ServerCertificate, lastWordsInClear: readonly Buffer[] = []): Promise<void> {
    this.discardInput();
    this.#tcp.removeAllListeners('readable');
    if (lastWordsInClear.length > 0) await this.#writeAll(lastWordsInClear);
    const secured = new TLSSocket(this.#tcp, {
      isServer: true,
      cert: certificate.certificatePem,
      key: certificate.keyPem,
    });
    this.#socket = secured;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    secured.on('error', () => resolve(false));
    secured.once('close', () => resolve(false));
    secured.once('secure', () => resolve(true));
    this.#listen(secured);
    if (!(await promise)) {
      this.#tcp.destroy();
      throw new ConnectionEnded();
    }
  }

  /** End the stream in good order, once what was written is on its way. */
  close(): void {
    this.#socket.destroySoon();
  }

  /** End the connection with RST, which may overtake octets already sent. */
  reset(): void {
    this.#tcp.resetAndDestroy();
    this.#socket.destroy();
  }

  /** Drop everything at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#tcp.destroy();
  }

  /** Resolves when the connection is closed, by whom it may be. */
  async closed(): Promise<void> {
    while (!this.#socket.destroyed && (await this.#nextChunk()) !== undefined);
  }

  #listen(socket: Socket): void {
    for (const event of ['readable', 'end', 'close'] as const) socket.on(event, () => this.#wake());
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk !== null) return chunk;
      if (this.#socket.readableEnded || this.#socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #writeAll(pieces: readonly Buffer[]): Promise<void> {
    const socket = this.#socket;
    if (pieces.length === 0) return;
    if (!socket.writable) throw new ConnectionEnded();
    await new Promise<void>((resolve, reject) => {
      socket.cork();
      pieces.forEach((piece, index) =>
        socket.write(piece, (error) => {
          if (error) reject(new ConnectionEnded());
          else if (index === pieces.length - 1) resolve();
        }),
      );
      socket.uncork();
    });
  }
}
