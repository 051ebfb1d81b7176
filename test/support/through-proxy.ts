// Accounts that reach their server by a proxy on this machine.

import type { LookupAddress } from 'node:dns';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { DialTarget } from '../../lib/ports/pop3.ts';
import { targetAt } from './dial-target.ts';
import { startConnectProxy, startSocksProxy } from './test-proxies.ts';

/** The server's name: nobody resolves it but a test. */
export const NAME = 'pop.example.test';
export const LOOPBACK: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];

export const KINDS = ['socks5', 'socks5h', 'http'] as const;

export const startProxy = {
  socks5: startSocksProxy,
  socks5h: startSocksProxy,
  http: startConnectProxy,
} as const;

export interface By {
  readonly kind: (typeof KINDS)[number];
  readonly port: number;
  /** As it stands in a URL. */
  readonly user?: string;
  readonly password?: string;
}

export function throughProxy(
  serverPort: number,
  { kind, port, user, password }: By,
  changes: Partial<DialTarget> = {},
): DialTarget {
  const url = `${kind}://${user === undefined ? '' : `${user}@`}127.0.0.1:${port}`;
  const proxy = { url, password: password === undefined ? undefined : new Secret(password) };
  return targetAt(serverPort, { host: NAME, proxy, ...changes });
}

/** Every name leads to this machine; which were looked up is noted. */
export function notingDialer(): { readonly dialer: SocketDialer; readonly names: readonly string[] } {
  const names: string[] = [];
  const dialer = new SocketDialer({
    lookUp: async (name) => {
      names.push(name);
      return LOOPBACK;
    },
  });
  return { dialer, names };
}
