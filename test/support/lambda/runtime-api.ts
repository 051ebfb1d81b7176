// The API that Lambda shows to the runtime in one environment (version 2018-06-01), on a free port of 127.0.0.1.
// It tells what the runtime says, and holds its question for work until there is some. Never decides about time or processes.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LambdaFault } from './lambda-spec.ts';
import { MAX_ANSWER_OCTETS, tooLarge } from './lambda-spec.ts';

/** One piece of work for the runtime. */
export interface Work {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** What the runtime says, in the order in which it says it. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly payload: unknown }
  | { readonly kind: 'fault'; readonly fault: LambdaFault }
  | { readonly kind: 'init-fault'; readonly fault: LambdaFault };

export class RuntimeApi implements AsyncDisposable {
  readonly #server = createServer({ keepAliveTimeout: 3_600_000 });
  readonly #tell: (said: Said) => void;
  #asking: ServerResponse | undefined;
  /** What is worked on. */
  #requestId: string | undefined;

  private constructor(tell: (said: Said) => void) {
    this.#tell = tell;
    this.#server.on('request', (request, response) => {
      // A runtime that is killed in the middle of a request: its end is seen at the process.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async listen(tell: (said: Said) => void): Promise<RuntimeApi> {
    const api = new RuntimeApi(tell);
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  /** Host and port. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string')
      throw new Error('the runtime API listens on no port');
    return `127.0.0.1:${address.port}`;
  }

  /** To be called after `ready`, once for each. */
  give({ requestId, event, deadline, functionArn }: Work): void {
    const response = this.#asking;
    if (response === undefined) throw new Error('the runtime did not ask for work');
    this.#asking = undefined;
    this.#requestId = requestId;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'Lambda-Runtime-Trace-Id': `Root=1-67a00000-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
    });
    response.end(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = `${request.method} ${request.url}`;
    if (path === 'GET /2018-06-01/runtime/invocation/next') {
      this.#asking = response;
      this.#tell({ kind: 'ready' });
      return;
    }
    const body = await readWhole(request);
    if (path === 'POST /2018-06-01/runtime/init/error') {
      accept(response);
      this.#tell({ kind: 'init-fault', fault: toFault(body) });
      return;
    }
    const [, requestId, kind] =
      /^POST \/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (requestId === undefined) refuse(response, 404, 'there is no such thing', 'NotFound');
    else if (requestId !== this.#requestId) refuse(response, 400, 'Invalid request ID', 'InvalidRequestID');
    else this.#take(response, kind === 'error', body);
  }

  #take(response: ServerResponse, isFault: boolean, body: Buffer): void {
    this.#requestId = undefined;
    if (body.length > MAX_ANSWER_OCTETS) {
      const fault = tooLarge();
      refuse(response, 413, fault.errorMessage, 'RequestEntityTooLarge');
      this.#tell({ kind: 'fault', fault });
      return;
    }
    accept(response);
    this.#tell(
      isFault
        ? { kind: 'fault', fault: toFault(body) }
        : { kind: 'answer', payload: body.length === 0 ? null : JSON.parse(body.toString()) },
    );
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
}

function refuse(response: ServerResponse, status: number, errorMessage: string, errorType: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errorMessage, errorType }));
}

function toFault(body: Buffer): LambdaFault {
  const { errorType, errorMessage, trace } = JSON.parse(body.toString()) as Partial<LambdaFault>;
  return {
    errorType: errorType ?? 'Unknown',
    errorMessage: errorMessage ?? '',
    ...(trace === undefined ? {} : { trace }),
  };
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
