// A way through a proxy to a server: SOCKS5 (RFC 1928) or HTTP CONNECT (RFC 9110 section 9.3.6). Read only when an account
// has a proxy. The server's first octets may come together with the proxy's answer; none is lost and none is taken for it.

import type { Socket } from 'node:net';
import type { ProxyPlace } from '../core/proxy-url.ts';
import type { Secret } from '../core/secret.ts';
import { openConnectTunnel } from './connect-tunnel.ts';
import { openSocksTunnel } from './socks-tunnel.ts';

export interface TunnelRequest {
  readonly place: ProxyPlace;
  readonly password: Secret | undefined;
  /** Of the server: a name if the proxy is to resolve it. */
  readonly host: string;
  readonly port: number;
}

/**
 * @param socket connected to the proxy; destroyed when this fails
 * @returns the same socket: from now on its octets are the server's
 * @throws CONNECT_FAILED that says it was the proxy
 */
export async function openTunnel(socket: Socket, request: TunnelRequest): Promise<Socket> {
  try {
    if (request.place.kind === 'http') await openConnectTunnel(socket, request);
    else await openSocksTunnel(socket, request);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
