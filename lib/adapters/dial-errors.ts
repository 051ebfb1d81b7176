// What a failed connection attempt means for the person who configured the account. TLS has a file of its own.

import { describeError, MailferryError } from '../core/errors.ts';

/** What is connected to: the server itself, or the proxy on the way to it. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly isProxy: boolean;
}

export function addressNotAllowed(peer: Peer, address: string): MailferryError {
  const leadsTo = peer.host === address ? 'is' : `leads to ${address},`;
  const which = peer.isProxy ? 'the proxy' : 'the host';
  return new MailferryError(`${which} "${peer.host}" ${leadsTo} a loopback, private or link-local address`, {
    code: 'ADDRESS_NOT_ALLOWED',
    scope: 'account',
    retryable: false,
    hint: `set allowPrivateNetwork: true for this account if ${which} really is on your own network`,
  });
}

export function hostUnknown({ host, isProxy }: Peer, cause: unknown): MailferryError {
  const code = codeOf(cause);
  return new MailferryError(
    `the host name "${host}"${isProxy ? ' of the proxy' : ''} has no address${code === undefined ? '' : ` (${code})`}`,
    {
      code: 'HOST_UNKNOWN',
      scope: 'session',
      retryable: true,
      hint: `check ${isProxy ? 'proxy' : 'host'} of this account, and the name service of this machine`,
      cause,
    },
  );
}

/** Of an attempt that tried several addresses it tells what became of each. */
export function connectError(thrown: unknown, peer: Peer): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const each = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors : [thrown];
  return new MailferryError(
    `no connection to ${peerName(peer)}: ${each.map((error) => describeError(error)).join('; ')}`,
    {
      code: 'CONNECT_FAILED',
      scope: 'session',
      retryable: true,
      hint: peer.isProxy
        ? 'check proxy of this account, and that the proxy is up'
        : 'check host and port of this account, and that the server is up',
      cause: thrown,
    },
  );
}

/** @param meanwhile what was going on when the time was up, such as `TLS was agreed on` */
export function connectTimeout(
  { host, port }: Pick<Peer, 'host' | 'port'>,
  timeoutMs: number,
  meanwhile: string,
): MailferryError {
  return new MailferryError(
    `no connection to ${host}:${port} within ${timeoutMs / 1000} s, which were up while ${meanwhile}`,
    {
      code: 'CONNECT_TIMEOUT',
      scope: 'session',
      retryable: true,
      hint: 'check host and port of this account; with tls: implicit a port without TLS stays silent too',
    },
  );
}

export function peerName({ host, port, isProxy }: Peer): string {
  return `${isProxy ? 'the proxy ' : ''}${host}:${port}`;
}

/** The code of an error of Node's or OpenSSL's. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}
