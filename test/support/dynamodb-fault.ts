// What can go wrong with one request to DynamoDB on its way there and back.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * Not passed on: an error is answered · `empty-answer` or `no-json` somebody else answers, with 200 · `dropped` the
 * connection ends · `late` the same, and the request comes to the server when `deliverLate` is called.
 * Passed on: `answer-lost` the connection ends before the answer · `answer-cut` in the middle of it.
 * Of a BatchGetItem: `half-unprocessed` only every other key is passed on · `all-unprocessed` none is.
 */
export type DynamodbFault =
  | DynamodbErrorAnswer
  | 'dropped'
  | 'answer-lost'
  | 'answer-cut'
  | 'empty-answer'
  | 'no-json'
  | 'late'
  | 'half-unprocessed'
  | 'all-unprocessed';

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

export interface Upstream {
  readonly port: number;
  readonly agent: Agent;
  readonly headers: IncomingMessage['headers'];
}

/** Answers one request, with a fault or without. */
export async function respond(
  answer: ServerResponse,
  fault: DynamodbFault | undefined,
  octets: Buffer,
  upstream: Upstream,
): Promise<void> {
  if (typeof fault === 'object') {
    const message = 'made up for a test';
    sendJson(answer, fault.status, { __type: `com.amazonaws.dynamodb.v20120810#${fault.type}`, message });
    return;
  }
  switch (fault) {
    case 'dropped':
    case 'late':
      answer.destroy();
      return;
    case 'empty-answer':
    case 'no-json':
      answer.writeHead(200, { 'content-type': 'text/html' });
      answer.end(fault === 'no-json' ? '<html>Welcome to our network</html>' : '');
      return;
    case 'half-unprocessed':
    case 'all-unprocessed':
      await answerPartly(answer, fault, octets, upstream);
      return;
    case 'answer-lost':
      await forward(octets, upstream);
      answer.destroy();
      return;
    case 'answer-cut':
    case undefined:
      await passOn(answer, fault === 'answer-cut', await forward(octets, upstream));
  }
}

async function passOn(answer: ServerResponse, cut: boolean, { status, body }: Forwarded): Promise<void> {
  answer.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(body.length),
  });
  if (!cut) {
    answer.end(body);
    return;
  }
  answer.write(body.subarray(0, body.length / 2));
  // What is written first must have left before the end comes.
  await turn();
  answer.destroy();
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
  sendJson(answer, 200, { Responses, UnprocessedKeys, ConsumedCapacity: [{ TableName: table }] });
}

interface Forwarded {
  readonly status: number;
  readonly body: Buffer;
}

export async function forward(octets: Buffer, upstream: Upstream): Promise<Forwarded> {
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

export async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
