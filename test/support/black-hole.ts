// An address that takes no connection and refuses none, as behind a firewall that drops: a listener that never accepts, with
// a full queue. Linux answers no SYN then.

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

export interface BlackHole extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** Its thread stands still as soon as it listens, so it accepts nothing. */
const LISTENER = `
const { createServer } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer().listen({ ...workerData, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;

const MAX_QUEUED = 16;
const QUEUED_MS = 100;

/** @param port 0 for any free one */
export async function startBlackHole(host: string, port = 0): Promise<BlackHole> {
  const worker = new Worker(LISTENER, { eval: true, workerData: { host, port } });
  const [bound] = (await once(worker, 'message')) as [number];
  const queued: Socket[] = [];
  while (await isAnswered(host, bound, queued)) {
    if (queued.length === MAX_QUEUED) throw new Error('the queue of the listener has no end');
  }
  return {
    host,
    port: bound,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}

async function isAnswered(host: string, port: number, queued: Socket[]): Promise<boolean> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  queued.push(socket);
  const timer = new AbortController();
  try {
    return await Promise.race([
      once(socket, 'connect').then(() => true),
      sleep(QUEUED_MS, false, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}
