// The Dialer port over node:net and node:tls: one deadline for DNS, TCP, proxy and TLS together, names verified, TLS 1.2 or
// newer, and no way into a private network unless the account says so. There is no switch to accept anything else.

import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { MailferryError } from '../core/errors.ts';
import { TIMEOUTS_MS } from '../core/limits.ts';
import { parseProxyUrl } from '../core/proxy-url.ts';
import type { Connection, Dialer, DialTarget } from '../ports/pop3.ts';
import { ADDRESS_ATTEMPT_MS, connectTcp } from './connect-tcp.ts';
import { asError, DialDeadline } from './dial-deadline.ts';
import { connectTimeout } from './dial-errors.ts';
import type { Peer } from './dial-errors.ts';
import { refuseVisiblyPrivate, resolveHost, systemLookUp } from './resolve-host.ts';
import type { LookUp } from './resolve-host.ts';
import { secureSocket } from './secure-socket.ts';
import type { SecuredSocket } from './secure-socket.ts';
import { SocketConnection } from './socket-connection.ts';
import { prepareTls } from './tls-material.ts';

/** All of it has defaults that are right for mail servers on the internet. */
export interface SocketDialerSettings {
  /** For a whole attempt, from DNS to the end of an implicit TLS handshake; and once more for the handshake after STLS. */
  readonly timeoutMs?: number;
  /** For one address of several, before the next is tried. */
  readonly addressAttemptMs?: number;
  readonly lookUp?: LookUp;
}

export class SocketDialer implements Dialer {
  readonly #timeoutMs: number;
  readonly #addressAttemptMs: number;
  readonly #lookUp: LookUp;

  constructor({ timeoutMs, addressAttemptMs, lookUp }: SocketDialerSettings = {}) {
    this.#timeoutMs = timeoutMs ?? TIMEOUTS_MS.connect;
    this.#addressAttemptMs = addressAttemptMs ?? ADDRESS_ATTEMPT_MS;
    this.#lookUp = lookUp ?? systemLookUp;
  }

  async dial(target: DialTarget, signal: AbortSignal): Promise<Connection> {
    const context = prepareTls(target);
    using deadline = this.#deadline(target, signal);
    const plain = await this.#open(target, deadline);
    try {
      const secured =
        target.tls === 'implicit' ? await this.#secure(plain, target, context, deadline) : undefined;
      const upgrade = async (socket: Socket): Promise<SecuredSocket> => {
        using own = this.#deadline(target, signal);
        return await this.#secure(socket, target, context, own);
      };
      const connection = new SocketConnection(secured ?? { socket: plain, facts: undefined }, upgrade);
      closeOnAbort(connection, plain, signal);
      return connection;
    } catch (error) {
      plain.destroy();
      throw error;
    }
  }

  #deadline(target: DialTarget, signal: AbortSignal): DialDeadline {
    return new DialDeadline(this.#timeoutMs, signal, (phase) =>
      connectTimeout(target, this.#timeoutMs, phase),
    );
  }

  /** The octets of the socket are those of the server, whatever is between. */
  async #open(target: DialTarget, deadline: DialDeadline): Promise<Socket> {
    if (target.proxy) return await this.#openByProxy(target, target.proxy, deadline);
    const peer: Peer = { host: target.host, port: target.port, isProxy: false };
    const addresses = await deadline.during('its name was looked up', () =>
      resolveHost(peer, target.allowPrivateNetwork, this.#lookUp),
    );
    return await deadline.during('the connection was made', () =>
      connectTcp(peer, addresses, this.#addressAttemptMs, deadline),
    );
  }

  /**
   * The address rules hold for the proxy as for a server: whoever names a proxy could name an inner host. The server's own
   * address is checked where we resolve it, and otherwise as far as it can be seen.
   */
  async #openByProxy(
    target: DialTarget,
    { url, password }: NonNullable<DialTarget['proxy']>,
    deadline: DialDeadline,
  ): Promise<Socket> {
    const place = parseProxyUrl(url) ?? refuseProxy();
    const { allowPrivateNetwork } = target;
    const server: Peer = { host: target.host, port: target.port, isProxy: false };
    const destination = await deadline.during('its name was looked up', async () => {
      if (place.kind === 'socks5') {
        const addresses = await resolveHost(server, allowPrivateNetwork, this.#lookUp);
        // Only one can be asked for, and not every proxy has IPv6.
        return addresses.find(({ family }) => family === 4)?.address ?? addresses[0]?.address ?? server.host;
      }
      refuseVisiblyPrivate(server, allowPrivateNetwork);
      return server.host;
    });
    const proxy: Peer = { host: place.host, port: place.port, isProxy: true };
    const socket = await deadline.during('the proxy was looked up and connected to', async () => {
      const addresses = await resolveHost(proxy, allowPrivateNetwork, this.#lookUp);
      return await connectTcp(proxy, addresses, this.#addressAttemptMs, deadline);
    });
    return await deadline.during('the proxy was asked for the connection', async () => {
      // Late: most accounts have no proxy, and a function that starts cold need not read how to use one.
      const { openTunnel } = await import('./proxy-tunnel.ts');
      return await openTunnel(socket, { place, password, host: destination, port: server.port });
    });
  }

  async #secure(
    socket: Socket,
    target: DialTarget,
    context: SecureContext | undefined,
    deadline: DialDeadline,
  ): Promise<SecuredSocket> {
    if (!context) throw new Error('a connection with tls: none is never upgraded');
    deadline.entrust(socket);
    return await deadline.during('TLS was agreed on', () => secureSocket(socket, target, context));
  }
}

/** For as long as the connection lives. */
function closeOnAbort(connection: Connection, socket: Socket, signal: AbortSignal): void {
  const onAbort = (): void => {
    connection.close(asError(signal.reason));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', () => {
    signal.removeEventListener('abort', onAbort);
  });
}

/** The URL was checked when the configuration was read; it is not told, lest there be a password in it. */
function refuseProxy(): never {
  throw new MailferryError('the URL of the proxy cannot be used', {
    code: 'CONFIG_INVALID',
    scope: 'account',
    retryable: false,
    hint: 'expected socks5://[user@]host[:port], socks5h:// or http://, without the password',
  });
}
