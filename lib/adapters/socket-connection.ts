// The Connection port over a Node socket, plain or TLS. Reads only when asked to, so a slow consumer slows the server.

import type { Socket } from 'node:net';
import { MailferryError } from '../core/errors.ts';
import type { Connection, TlsFacts } from '../ports/pop3.ts';
import { nextChange } from './next-change.ts';
import { clientCertificateRefused, reasonOf } from './tls-errors.ts';

/** A connected socket, and what its TLS came to if it has any. */
export interface OpenSocket {
  readonly socket: Socket;
  readonly facts: TlsFacts | undefined;
}

/** Upgrades a connected socket to TLS; resolves when the server's name is verified. Refuses octets that came before. */
export type TlsUpgrade = (socket: Socket) => Promise<OpenSocket>;

export class SocketConnection implements Connection {
  #socket: Socket;
  #tls: TlsFacts | undefined;
  readonly #upgrade: TlsUpgrade;
  #closeReason: Error | undefined;
  /** What broke the socket. An alert of TLS does not destroy it: Node tells of it, and then of an ordinary end. */
  #failure: Error | undefined;

  constructor({ socket, facts }: OpenSocket, upgrade: TlsUpgrade) {
    this.#upgrade = upgrade;
    this.#socket = socket;
    this.#tls = facts;
    this.#adopt(socket);
  }

  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const socket = this.#socket;
      // What arrived before the end is still delivered; what arrived before our own close is not.
      if (this.#closeReason) throw this.#closeReason;
      const chunk = socket.read() as Uint8Array | null;
      if (chunk) return chunk;
      if (this.#failure) throw this.#lost(this.#failure);
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
    try {
      const { socket, facts } = await this.#upgrade(plain);
      this.#socket = socket;
      this.#tls = facts;
    } catch (error) {
      this.close(error instanceof Error ? error : undefined);
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
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    if (this.#closeReason) socket.destroy();
  }

  #lost(cause: Error | null): MailferryError {
    const refusal = cause ? clientCertificateRefused(cause) : undefined;
    if (refusal) return refusal;
    return new MailferryError(`the connection was lost${cause ? `: ${reasonOf(cause)}` : ''}`, {
      code: 'POP3_CONNECTION_LOST',
      scope: 'session',
      retryable: true,
      ...(cause && { cause }),
    });
  }
}
