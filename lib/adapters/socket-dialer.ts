// The Dialer port over node:net and node:tls: one deadline for DNS, TCP and TLS together, names verified, TLS 1.2 or
// newer, and no way into a private network unless the account says so. There is no switch to accept anything else.

import { lookup as systemLookup } from 'node:dns';
import { readFileSync } from 'node:fs';
import { connect, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeError, MailferryError } from '../core/errors.ts';
import { TIMEOUTS_MS } from '../core/limits.ts';
import type { Connection, Dialer, DialTarget } from '../ports.ts';
import { connectError, connectTimeout, tlsError } from './dial-errors.ts';
import { isPrivateAddress } from './private-addresses.ts';
import { SocketConnection } from './socket-connection.ts';

const KEEP_ALIVE_DELAY_MS = 60_000;

export class SocketDialer implements Dialer {
  async dial(target: DialTarget, signal: AbortSignal): Promise<Connection> {
    const ca = readAuthorities(target);
    const upgrade = async (socket: Socket): Promise<Socket> =>
      await inTime(target, socket, async () => await startTls(target, ca, socket));
    const socket = openSocket(target);
    const connection = new SocketConnection(socket, upgrade);
    const onAbort = (): void => {
      connection.close(abortReason(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => {
      signal.removeEventListener('abort', onAbort);
    });
    try {
      signal.throwIfAborted();
      await inTime(target, socket, async () => await connected(target, socket));
      if (target.tls === 'implicit') await connection.startTls();
      return connection;
    } catch (error) {
      connection.close();
      throw signal.aborted ? abortReason(signal) : error;
    }
  }
}

function openSocket(target: DialTarget): Socket {
  if (!target.allowPrivateNetwork && isPrivateAddress(target.host)) {
    throw addressNotAllowed(target.host, target.host);
  }
  return connect({
    host: target.host,
    port: target.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    lookup: target.allowPrivateNetwork ? systemLookup : lookupPublic,
  });
}

/** Checked on the very addresses that are connected to, so a name cannot change its mind in between. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = error ? undefined : addresses.find(({ address }) => isPrivateAddress(address));
    const [first] = addresses ?? [];
    if (error || refused || !first) {
      callback(error ?? addressNotAllowed(hostname, refused?.address ?? 'nothing'), '', 0);
    } else if (options.all) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

function addressNotAllowed(host: string, address: string): MailferryError {
  const leadsTo = host === address ? 'is' : `leads to ${address},`;
  return new MailferryError(`the host "${host}" ${leadsTo} a loopback, private or link-local address`, {
    code: 'ADDRESS_NOT_ALLOWED',
    scope: 'account',
    retryable: false,
    hint: 'set allowPrivateNetwork: true for this account if the server really is on your own network',
  });
}

function readAuthorities(target: DialTarget): Buffer | string | undefined {
  if (target.tls === 'none') return undefined;
  if (target.caFile === undefined) return target.caPem;
  try {
    return readFileSync(target.caFile);
  } catch (error) {
    throw new MailferryError(`caFile cannot be read: ${describeError(error)}`, {
      code: 'CONFIG_INVALID',
      scope: 'account',
      retryable: false,
      hint: 'caFile must name a PEM file with the certificate authorities to trust',
      cause: error,
    });
  }
}

async function connected(target: DialTarget, socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => {
      reject(connectError(error, target));
    });
    socket.once('close', () => {
      reject(connectError(new Error('closed before it was open'), target));
    });
  });
}

async function startTls(
  target: DialTarget,
  ca: Buffer | string | undefined,
  socket: Socket,
): Promise<Socket> {
  return await new Promise<Socket>((resolve, reject) => {
    const secure = connectTls({
      socket,
      host: target.host,
      // An address is matched against the certificate's iPAddress names; SNI carries names only (RFC 6066 section 3).
      ...(isIP(target.host) === 0 && { servername: target.host }),
      minVersion: 'TLSv1.2',
      ...(ca && { ca }),
    });
    secure.once('secureConnect', () => {
      resolve(secure);
    });
    secure.once('error', (error) => {
      reject(tlsError(error, target));
    });
    secure.once('close', () => {
      reject(tlsError(new Error('the server closed the connection'), target));
    });
  }).catch((error: unknown) => {
    // What connectTls throws itself: a caFile that holds no certificates, for one.
    throw tlsError(error, target);
  });
}

/** Runs one step of the attempt; a step that takes too long loses its socket. */
async function inTime<T>(target: DialTarget, socket: Socket, step: () => Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(connectTimeout(target, TIMEOUTS_MS.connect));
    socket.destroy();
  }, TIMEOUTS_MS.connect);
  try {
    return await Promise.race([step(), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
