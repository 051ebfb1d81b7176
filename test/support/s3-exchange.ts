// The pieces of one HTTP exchange with S3 that a proxy puts together: reading a request, passing it on, answering it, whole
// or in part.

import { once } from 'node:events';
import { request as sendRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** S3 may always give fewer keys a page than it is asked for. */
const KEYS_A_PAGE = 3;

export function cut(request: IncomingMessage): undefined {
  request.socket.destroy();
}

export async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Reads half of the body, and leaves the rest where it is. */
export async function readHalf(request: IncomingMessage): Promise<void> {
  const half = Number(request.headers['content-length'] ?? 0) / 2;
  let seen = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    seen += (chunk as Buffer).length;
    if (seen >= half) return;
  }
}

export async function forward(
  request: IncomingMessage,
  body: Buffer,
  port: number | undefined,
): Promise<Answer> {
  if (port === undefined) throw new Error('no server stands behind the proxy');
  const { method = '', url = '', headers } = request;
  const passed = sendRequest({
    host: '127.0.0.1',
    port,
    method,
    path: url.includes('list-type=2') ? `${url}&max-keys=${KEYS_A_PAGE}` : url,
    headers: {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'expect')),
      connection: 'close',
    },
  });
  passed.end(body);
  const [incoming] = (await once(passed, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await readWhole(incoming) };
}

export function errorAnswer({
  status,
  code,
  headers,
}: {
  readonly status: number;
  readonly code: string;
  readonly headers?: OutgoingHttpHeaders;
}): Answer {
  const body = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>said ${code}</Message><RequestId>R1</RequestId></Error>`,
  );
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': 'R1', ...headers },
    body,
  };
}

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
): number {
  const toHead = request.method === 'HEAD';
  const length = toHead ? (headers['content-length'] ?? 0) : body.length;
  response.writeHead(status, { ...headers, 'content-length': length, connection: 'keep-alive' });
  response.end(toHead ? undefined : body);
  return status;
}

export async function sendHalf(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
): Promise<undefined> {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  const { promise, resolve } = Promise.withResolvers<void>();
  response.write(body.subarray(0, body.length / 2), () => resolve());
  await promise;
  return cut(request);
}
