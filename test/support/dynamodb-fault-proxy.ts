// DynamoDB on a bad day: passes requests on to a server on loopback, counts them, and on demand answers with an error, drops a
// request, or lets it happen and loses the answer.

import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface DynamodbRequest {
  /** As `PutItem`. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * An error is answered instead of passing the request on · `dropped` the connection ends before that ·
 * `answer-lost` the server did what was asked, and the connection ends before the answer ·
 * `late` the connection ends, and the request comes to the server only when `deliverLate` is called ·
 * `half-unprocessed` of a BatchGetItem only every other key is passed on; the rest is answered as unprocessed ·
 * `all-unprocessed` none is.
 */
export type DynamodbFault =
  DynamodbErrorAnswer | 'dropped' | 'answer-lost' | 'late' | 'half-unprocessed' | 'all-unprocessed';

export interface DynamodbErrorAnswer {
  readonly status: number;
  /** The service's name of the error. */
  readonly type: string;
}

export const INTERNAL_ERROR: DynamodbErrorAnswer = { status: 500, type: 'InternalServerError' };
export const UNAVAILABLE: DynamodbErrorAnswer = { status: 503, type: 'ServiceUnavailable' };
export const THROTTLED: DynamodbErrorAnswer = { status: 400, type: 'ThrottlingException' };
export const THROUGHPUT_EXCEEDED: DynamodbErrorAnswer = {
  status: 400,
  type: 'ProvisionedThroughputExceededException',
};

export interface DynamodbFaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Asked about every request, in the order they come; while it waits, so does the request. */
  faultOf: (request: DynamodbRequest) => DynamodbFault | undefined | Promise<DynamodbFault | undefined>;
  /** Requests that came since this was asked last, by operation; those too that had a fault. */
  takeCounts(): Readonly<Record<string, number>>;
  /** The requests that are late come to the server, in their order. @returns how many there were */
  deliverLate(): Promise<number>;
}

/** Listens on a free port of 127.0.0.1, and has no faults yet. @param serverPort on 127.0.0.1 */
export async function startDynamodbFaultProxy(serverPort: number): Promise<DynamodbFaultProxy> {
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
    const body = JSON.parse(octets.toString()) as Record<string, unknown>;
    const fault = await proxy.faultOf({ operation, body });
    const upstream = { port: serverPort, agent, headers: incoming.headers };
    if (fault === 'late') late.push({ octets, upstream });
    await respond(answer, fault, octets, upstream);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  const proxy: DynamodbFaultProxy = {
    port: address.port,
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

interface Upstream {
  readonly port: number;
  readonly agent: Agent;
  readonly headers: IncomingMessage['headers'];
}

async function respond(
  answer: ServerResponse,
  fault: DynamodbFault | undefined,
  octets: Buffer,
  upstream: Upstream,
): Promise<void> {
  if (fault === 'dropped' || fault === 'late') {
    answer.destroy();
  } else if (typeof fault === 'object') {
    sendJson(answer, fault.status, {
      __type: `com.amazonaws.dynamodb.v20120810#${fault.type}`,
      message: 'made up for a test',
    });
  } else if (fault === 'half-unprocessed' || fault === 'all-unprocessed') {
    await answerPartly(answer, fault, octets, upstream);
  } else {
    const { status, body } = await forward(octets, upstream);
    if (fault === 'answer-lost') answer.destroy();
    else sendJson(answer, status, JSON.parse(body.toString()));
  }
}

interface BatchGet {
  readonly RequestItems: Record<string, { readonly Keys: readonly unknown[] }>;
}

async function answerPartly(
  answer: ServerResponse,
  fault: 'half-unprocessed' | 'all-unprocessed',
  octets: Buffer,
  upstream: Upstream,
): Promise<void> {
  const asked = JSON.parse(octets.toString()) as BatchGet;
  const [table, request] = Object.entries(asked.RequestItems)[0] ?? [];
  if (table === undefined || request === undefined) throw new Error('this is no BatchGetItem');
  const isPassedOn = (index: number): boolean => fault === 'half-unprocessed' && index % 2 === 0;
  const passed = request.Keys.filter((_, index) => isPassedOn(index));
  const rest = request.Keys.filter((_, index) => !isPassedOn(index));
  const part = Buffer.from(JSON.stringify({ RequestItems: { [table]: { ...request, Keys: passed } } }));
  const Responses =
    passed.length === 0
      ? {}
      : (JSON.parse((await forward(part, upstream)).body.toString()) as { Responses: unknown }).Responses;
  const UnprocessedKeys = rest.length === 0 ? {} : { [table]: { ...request, Keys: rest } };
  sendJson(answer, 200, { Responses, UnprocessedKeys });
}

async function forward(octets: Buffer, upstream: Upstream): Promise<{ status: number; body: Buffer }> {
  const { port, agent } = upstream;
  const headers = { ...upstream.headers, 'content-length': String(octets.length) };
  const request = httpRequest({ host: '127.0.0.1', port, agent, method: 'POST', path: '/', headers });
  const responded = once(request, 'response') as Promise<[IncomingMessage]>;
  request.end(octets);
  const [response] = await responded;
  return { status: response.statusCode ?? 0, body: await readAll(response) };
}

function sendJson(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  answer.end(JSON.stringify(body));
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
