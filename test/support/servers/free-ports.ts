// Ports of this machine that nobody listens on just now. Another process can take one before it is used: try again then.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** So many different ones, on 127.0.0.1. */
export async function findFreePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  try {
    for (const probe of probes) await once(probe.listen(0, '127.0.0.1'), 'listening');
    return probes.map((probe) => {
      const address = probe.address();
      if (address === null || typeof address === 'string') throw new Error('the probe listens on no port');
      return address.port;
    });
  } finally {
    for (const probe of probes) probe.close();
  }
}
