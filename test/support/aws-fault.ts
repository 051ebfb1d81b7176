// What can go wrong with one request to an AWS service that speaks JSON, on its way there and back.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { Agent, IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * Not passed on: an error is answered · `empty-answer` or `no-json` somebody else answers, with 200 · `dropped` the
 * connection ends · `late` the same, and the request comes to the server when `deliverLate` is called.
 * Passed on: `answer-lost` the connection ends before the answer · `answer-cut` in the middle of it.
 * A function answers itself, and may ask the server.
 */
export type AwsFault =
  | AwsErrorAnswer
  | RawAnswer
  | 'dropped'
  | 'answer-lost'
  | 'answer-cut'
  | 'empty-answer'
  | 'no-json'
  | 'late'
  | AwsAnswerer;

export interface AwsErrorAnswer {
  readonly status: number;
  /** The service's name of the error, perhaps with a namespace before it and a `#`. */
  readonly type: string;
}

/** These very octets, as an answer with 200 and a proper content type. */
export interface RawAnswer {
  readonly raw: string;
}

export const INTERNAL_ERROR: AwsErrorAnswer = { status: 500, type: 'InternalServerError' };
export const UNAVAILABLE: AwsErrorAnswer = { status: 503, type: 'ServiceUnavailable' };
export const THROTTLED: AwsErrorAnswer = { status: 400, type: 'ThrottlingException' };
/** DynamoDB's own. */
export const THROUGHPUT_EXCEEDED: AwsErrorAnswer = {
  status: 400,
  type: 'ProvisionedThroughputExceededException',
};

/** @param ask passes a body on to the server, changed or not. @returns the body of an answer with 200 */
export type AwsAnswerer = (
  body: JsonObject,
  ask: (body: JsonObject) => Promise<JsonObject>,
) => Promise<unknown>;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Upstream {
  readonly port: number;
  readonly agent: Agent;
  readonly headers: IncomingHttpHeaders;
}

/** Answers one request, with a fault or without. */
export async function respond(
  answer: ServerResponse,
  fault: AwsFault | undefined,
  octets: Buffer,
  upstream: Upstream,
): Promise<void> {
  if (typeof fault === 'function') {
    sendJson(answer, 200, await fault(parsed(octets), (body) => ask(body, upstream)));
    return;
  }
  if (typeof fault === 'object') {
    if ('raw' in fault) send(answer, 200, fault.raw);
    else sendJson(answer, fault.status, { __type: fault.type, message: 'made up for a test' });
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
    case 'answer-lost':
      await forward(octets, upstream);
      answer.destroy();
      return;
    case 'answer-cut':
    case undefined:
      await passOn(answer, fault === 'answer-cut', await forward(octets, upstream));
  }
}

async function passOn(
  answer: ServerResponse,
  cut: boolean,
  { status, headers, body }: Forwarded,
): Promise<void> {
  const queryError = headers['x-amzn-query-error'];
  answer.writeHead(status, {
    'content-type': headers['content-type'] ?? 'application/x-amz-json-1.0',
    'content-length': String(body.length),
    ...(queryError === undefined ? {} : { 'x-amzn-query-error': queryError }),
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

interface Forwarded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function forward(octets: Buffer, { port, agent, headers }: Upstream): Promise<Forwarded> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    path: '/',
    headers: { ...headers, 'content-length': String(octets.length) },
  });
  const responded = once(request, 'response') as Promise<[IncomingMessage]>;
  request.end(octets);
  const [response] = await responded;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await readAll(response) };
}

async function ask(body: JsonObject, upstream: Upstream): Promise<JsonObject> {
  return parsed((await forward(Buffer.from(JSON.stringify(body)), upstream)).body);
}

function parsed(octets: Buffer): JsonObject {
  return JSON.parse(octets.toString()) as JsonObject;
}

function sendJson(answer: ServerResponse, status: number, body: unknown): void {
  send(answer, status, JSON.stringify(body));
}

function send(answer: ServerResponse, status: number, body: string): void {
  answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  answer.end(body);
}

export async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
