// HTTP CONNECT (RFC 9110 section 9.3.6) by node:http over a socket of ours. User and password go to the proxy in clear text:
// that is what Basic authentication is.

import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import { describeError } from '../core/errors.ts';
import { proxyFailed } from './proxy-errors.ts';
import type { ProxyRefusal } from './proxy-errors.ts';
import type { TunnelRequest } from './proxy-tunnel.ts';

const REFUSALS: Readonly<Record<number, ProxyRefusal>> = { 401: 'login', 403: 'forbidden', 407: 'login' };

/** @throws CONNECT_FAILED */
export async function openConnectTunnel(socket: Socket, tunnel: TunnelRequest): Promise<void> {
  const { place, password, host, port } = tunnel;
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const credentials = `${place.user ?? ''}:${password?.reveal() ?? ''}`;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({
      method: 'CONNECT',
      path: authority,
      createConnection: () => socket,
      headers: {
        Host: authority,
        ...(place.user !== undefined && {
          'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
        }),
      },
    });
    request.once('connect', (response, _socket, early: Buffer) => {
      // In this very turn: after the end of the stream nothing can be put back any more.
      if (early.length > 0) socket.unshift(early);
      resolve(response);
    });
    request.once('error', (error) => {
      reject(proxyFailed(tunnel, 'failed', describeError(error)));
    });
    request.end();
  });
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status <= 299) return;
  throw proxyFailed(tunnel, REFUSALS[status] ?? 'failed', `it answered CONNECT with ${status}`);
}
