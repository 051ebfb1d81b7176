// The Connection port over a Node socket, plain or TLS. Reads only when asked to, so a slow consumer slows the server.

import type { Socket } from 'node:net';
import { MailferryError } from '../core/errors.ts';
import type { Connection } from '../ports.ts';

/** Upgrades a connected socket to TLS; resolves when the server's name is verified. */
export type TlsUpgrade = (socket: Socket) => Promise<Socket>;

export class SocketConnection implements Connection {
  #socket: Socket;
  readonly #upgrade: TlsUpgrade;
  #closeReason: Error | undefined;

  constructor(socket: Socket, upgrade: TlsUpgrade) {
    this.#upgrade = upgrade;
    this.#socket = socket;
    this.#adopt(socket);
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const socket = this.#socket;
      // What arrived before the end is still delivered; what arrived before our own close is not.
      if (this.#closeReason) throw this.#closeReason;
      const chunk = socket.read() as Uint8Array | null;
      if (chunk) return chunk;
      if (socket.readableEnded) return undefined;
      if (socket.destroyed) throw this.#lost(socket.errored);
      await nextChange(socket);
    }
  }

  get bufferedOctets(): number {
    return this.#socket.readableLength;
  }

  async write(octets: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(octets, (error) => {
        if (error) reject(this.#closeReason ?? this.#lost(error));
        else resolve();
      });
    });
  }

  async startTls(): Promise<void> {
    const plain = this.#socket;
    if (plain.readableLength > 0) {
      const error = new MailferryError(
        'the server sent octets between its answer to STLS and the TLS handshake',
        {
          code: 'TLS_HANDSHAKE_FAILED',
          scope: 'account',
          retryable: false,
          hint: 'somebody between you and the server may be tampering with the connection',
        },
      );
      this.close(error);
      throw error;
    }
    try {
      this.#socket = await this.#upgrade(plain);
    } catch (error) {
      plain.destroy();
      throw this.#closeReason ?? error;
    }
    this.#adopt(this.#socket);
  }

  close(reason?: Error): void {
    this.#closeReason ??= reason ?? this.#lost(null);
    this.#socket.destroy();
  }

  #adopt(socket: Socket): void {
    // Errors are reported by the read or write they fail; without a listener they would end the process.
    socket.on('error', () => {});
    if (this.#closeReason) socket.destroy();
  }

  #lost(cause: Error | null): MailferryError {
    return new MailferryError(`the connection was lost${cause ? `: ${cause.message}` : ''}`, {
      code: 'POP3_CONNECTION_LOST',
      scope: 'session',
      retryable: true,
      ...(cause && { cause }),
    });
  }
}

const CHANGES = ['readable', 'end', 'error', 'close'] as const;

/** Resolves when the socket has something new to say; leaves no listener behind. */
async function nextChange(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const onChange = (): void => {
      for (const event of CHANGES) socket.off(event, onChange);
      resolve();
    };
    for (const event of CHANGES) socket.on(event, onChange);
  });
}
