// What DynamoDB would bill: passes requests on to a server on loopback and adds up the capacity its answers name.

import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { forward, readAll } from './aws-fault.ts';

export interface Metered {
  /** By operation, as `PutItem`. */
  readonly requests: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface DynamodbMeter extends AsyncDisposable {
  readonly port: number;
  /** Since this was asked last. */
  take(): Metered;
}

const WRITES: readonly string[] = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
];

/** Listens on a free port of 127.0.0.1. @param serverPort on 127.0.0.1 */
export async function startDynamodbMeter(serverPort: number): Promise<DynamodbMeter> {
  let requests: Record<string, number> = {};
  let [readUnits, writeUnits] = [0, 0];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, answer) => {
    const pass = async (): Promise<void> => {
      const octets = await readAll(incoming);
      const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
      const upstream = { port: serverPort, agent, headers: incoming.headers };
      const { status, body } = await forward(octets, upstream);
      const units = unitsOf(body);
      requests[operation] = (requests[operation] ?? 0) + 1;
      if (WRITES.includes(operation)) writeUnits += units;
      else readUnits += units;
      answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      answer.end(body);
    };
    pass().catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the meter listens on no port');
  return {
    port: address.port,
    take: () => {
      const taken = { requests, readUnits, writeUnits };
      requests = {};
      [readUnits, writeUnits] = [0, 0];
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** A refused condition names none, and costs one all the same. */
function unitsOf(body: Buffer): number {
  const { ConsumedCapacity: capacity } = JSON.parse(body.toString()) as {
    readonly ConsumedCapacity?: { readonly CapacityUnits: number } | readonly { CapacityUnits: number }[];
  };
  if (capacity === undefined) return 1;
  const all = Array.isArray(capacity) ? capacity : [capacity];
  return all.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}
