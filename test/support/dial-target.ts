// Where a test dials: a port of this machine, in clear text and straight, unless it says otherwise.

import type { DialTarget } from '../../lib/ports/pop3.ts';

export function targetAt(port: number, changes: Partial<DialTarget> = {}): DialTarget {
  return {
    host: '127.0.0.1',
    port,
    tls: 'none',
    caFile: undefined,
    caPem: undefined,
    pins: [],
    clientCertificate: undefined,
    proxy: undefined,
    allowPrivateNetwork: true,
    ...changes,
  };
}
