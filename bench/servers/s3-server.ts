// As much of S3 as storing a message needs, at a distance: `s3-server.ts PUT_DELAY_MS`. Checks what S3 would check (length,
// sha256, If-None-Match), keeps of each object nothing but its checksum, and believes any signature. A line `digests` is answered
// with what is stored, a line `forget` takes it all away.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveUntilTold } from './serve-until-told.ts';

const putDelayMs = Number(process.argv[2] ?? 0);
/** By path: sha256 in base64, and the size. */
const objects = new Map<string, { readonly sha256: string; readonly octets: number }>();
let underWay = 0;
let mostUnderWay = 0;

const server = createServer((request, response) => {
  // A client that gave up sees it by itself.
  handle(request, response).catch(() => response.destroy());
});
await serveUntilTold(server, answerLine);

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1).join('');
  if (request.method === 'PUT') await put(path, request, response);
  else if (request.method === 'HEAD') head(path, response);
  else response.writeHead(200, { 'content-type': 'application/xml' }).end('<ListBucketResult/>');
}

async function put(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  underWay += 1;
  mostUnderWay = Math.max(mostUnderWay, underWay);
  try {
    const hash = createHash('sha256');
    let octets = 0;
    for await (const chunk of request) {
      hash.update(chunk as Buffer);
      octets += (chunk as Buffer).length;
    }
    const sha256 = hash.digest('base64');
    await sleep(putDelayMs);
    if (request.headers['x-amz-checksum-sha256'] !== sha256) return refuse(response, 400, 'BadDigest');
    if (request.headers['if-none-match'] === '*' && objects.has(path)) {
      return refuse(response, 412, 'PreconditionFailed');
    }
    objects.set(path, { sha256, octets });
    response.writeHead(200, { etag: `"${sha256}"`, 'x-amz-checksum-sha256': sha256 }).end();
  } finally {
    underWay -= 1;
  }
}

function head(path: string, response: ServerResponse): void {
  const object = objects.get(path);
  if (object === undefined) response.writeHead(404).end();
  else {
    response
      .writeHead(200, { 'content-length': object.octets, 'x-amz-checksum-sha256': object.sha256 })
      .end();
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

export interface S3Digests {
  /** In hexadecimal digits, once for each object. */
  readonly digests: readonly string[];
  /** The most puts that were under way at a time. */
  readonly mostUnderWay: number;
}

function answerLine(line: string): string {
  if (line === 'digests') {
    const digests = [...objects.values()].map(({ sha256 }) => Buffer.from(sha256, 'base64').toString('hex'));
    return JSON.stringify({ digests, mostUnderWay } satisfies S3Digests);
  }
  objects.clear();
  mostUnderWay = 0;
  return 'forgotten';
}
