// An AWS service on a bad day: passes JSON requests on to a server on loopback, counts them, and on demand does to them what
// `aws-fault.ts` tells. For DynamoDB, SQS, EventBridge, Secrets Manager and SSM; S3 has a proxy of its own.

import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { forward, readAll, respond } from './aws-fault.ts';
import type { AwsFault, JsonObject, Upstream } from './aws-fault.ts';

export interface AwsRequest {
  /** As `PutItem`. */
  readonly operation: string;
  readonly body: JsonObject;
}

export interface AwsFaultProxy extends AsyncDisposable {
  readonly port: number;
  readonly endpoint: string;
  /** Asked about every request, in the order they come; while it waits, so does the request. */
  faultOf: (request: AwsRequest) => AwsFault | undefined | Promise<AwsFault | undefined>;
  /** Requests that came since this was asked last, by operation; those too that had a fault. */
  takeCounts(): Readonly<Record<string, number>>;
  /** The requests that are late come to the server, in their order. @returns how many there were */
  deliverLate(): Promise<number>;
}

/** Listens on a free port of 127.0.0.1, and has no faults yet. @param serverPort on 127.0.0.1 */
export async function startAwsFaultProxy(serverPort: number): Promise<AwsFaultProxy> {
  let counts: Record<string, number> = {};
  const late: { readonly octets: Buffer; readonly upstream: Upstream }[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, answer) => {
    // A client that gave up, or a server that was stopped: both ends of the test see it by themselves.
    handle(incoming, answer).catch(() => answer.destroy());
  });
  const handle = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const octets = await readAll(incoming);
    const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
    counts[operation] = (counts[operation] ?? 0) + 1;
    const body = JSON.parse(octets.toString()) as JsonObject;
    const fault = await proxy.faultOf({ operation, body });
    const upstream = { port: serverPort, agent, headers: incoming.headers };
    if (fault === 'late') late.push({ octets, upstream });
    await respond(answer, fault, octets, upstream);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  const proxy: AwsFaultProxy = {
    port: address.port,
    endpoint: `http://127.0.0.1:${address.port}`,
    faultOf: () => undefined,
    takeCounts: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
    deliverLate: async () => {
      const delivered = late.splice(0);
      for (const { octets, upstream } of delivered) await forward(octets, upstream);
      return delivered.length;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
  return proxy;
}
