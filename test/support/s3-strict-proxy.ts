// Stands before an S3 server that is too kind, refuses what S3 would refuse, and breaks on demand. Whatever it answers
// itself has not reached the server behind it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { cut, errorAnswer, forward, readHalf, readWhole, send, sendHalf } from './s3-exchange.ts';
import type { Answer } from './s3-exchange.ts';
import { refusalOf } from './s3-strict-checks.ts';

/** What happens to one request. */
export type S3Fault =
  /** S3's answer, after it has read the body; `early`: before it has read any, or half and no more. */
  | {
      readonly status: number;
      readonly code: string;
      readonly headers?: OutgoingHttpHeaders;
      readonly early?: 'before-body' | 'in-body';
    }
  /** The connection is cut: before the body is read, after half of it, after the server has answered, in half its answer. */
  | 'cut-before-body'
  | 'cut-in-body'
  | 'lose-answer'
  | 'cut-in-answer'
  /** One octet of the body is another when it comes to S3. */
  | 'spoil-octet'
  /** Silence; the connection stays. */
  | 'hang';

export const SLOW_DOWN = { status: 503, code: 'SlowDown' } as const;
export const INTERNAL_ERROR = { status: 500, code: 'InternalError' } as const;
export const CONFLICT = { status: 409, code: 'ConditionalRequestConflict' } as const;

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly fault: S3Fault | undefined;
  /** What it refused of itself, or what the server answered. `undefined`: no whole answer was sent. */
  readonly status: number | undefined;
}

export interface S3StrictProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** In the order in which they were done with. */
  readonly seen: readonly SeenRequest[];
  /** These happen to the next requests of the method, one to each. */
  failNext(method: string, ...faults: readonly S3Fault[]): void;
  /** How many connections clients have open. */
  connections(): Promise<number>;
  /** Asked about each request of which nothing else was said. Disposing rejects if the proxy itself failed at any. */
  onRequest: (method: string, url: string) => S3Fault | undefined;
  /** Told of each object that the server has just stored, whether or not the client learns of it. @param path as in the URL */
  onStored: (path: string, sizeOctets: number) => void;
}

const NEVER_MS = 3_600_000;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: S3Fault | undefined;
  /** Has the client send the body, if it waits to be told. */
  readonly askForBody: () => void;
}

/** @param upstreamPort of the server behind it on 127.0.0.1; without one, every request must meet a fault */
export async function startS3StrictProxy(upstreamPort?: number): Promise<S3StrictProxy> {
  const proxy = new StrictProxy(upstreamPort);
  await proxy.listen();
  return proxy;
}

class StrictProxy implements S3StrictProxy {
  readonly seen: SeenRequest[] = [];
  onRequest: (method: string, url: string) => S3Fault | undefined = () => undefined;
  onStored: (path: string, sizeOctets: number) => void = () => undefined;
  readonly #upstreamPort: number | undefined;
  readonly #faults = new Map<string, S3Fault[]>();
  /** Of each object the last write that was passed on: S3 does them one after another, moto at the same time. */
  readonly #writes = new Map<string, Promise<unknown>>();
  /** Ends no idle connection: a client must do that itself. */
  readonly #server = createServer({ keepAliveTimeout: NEVER_MS });
  /** What went wrong here and not in the client: a test must not take it for a fault it asked for. */
  readonly #ownFailures: unknown[] = [];

  constructor(upstreamPort: number | undefined) {
    this.#upstreamPort = upstreamPort;
    const take = (request: IncomingMessage, response: ServerResponse, askForBody: () => void): void => {
      this.#serve(request, response, askForBody).catch((error: unknown) => {
        if (!isAbortedByClient(error)) this.#ownFailures.push(error);
        request.socket.destroy();
      });
    };
    this.#server.on('request', (request, response) => take(request, response, () => undefined));
    this.#server.on('checkContinue', (request, response) =>
      take(request, response, () => response.writeContinue()),
    );
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
    return `http://127.0.0.1:${address.port}`;
  }

  failNext(method: string, ...faults: readonly S3Fault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults]);
  }

  async connections(): Promise<number> {
    return await promisify(this.#server.getConnections.bind(this.#server))();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    if (this.#ownFailures.length > 0) throw new AggregateError(this.#ownFailures, 'the proxy failed');
  }

  async #serve(request: IncomingMessage, response: ServerResponse, askForBody: () => void): Promise<void> {
    const { method = '', url = '', headers } = request;
    const fault = this.#faults.get(method)?.shift() ?? this.onRequest(method, url);
    let status: number | undefined;
    try {
      status = await this.#answer({ request, response, fault, askForBody });
    } finally {
      this.seen.push({ method, url, headers, fault, status });
    }
  }

  /** @returns the status that was sent, if a whole answer was */
  async #answer({ request, response, fault, askForBody }: Exchange): Promise<number | undefined> {
    if (fault === 'cut-before-body') return cut(request);
    const early = typeof fault === 'object' ? fault.early : undefined;
    if (early !== 'before-body') askForBody();
    if (fault === 'cut-in-body' || early === 'in-body') await readHalf(request);
    if (fault === 'cut-in-body') return cut(request);
    if (typeof fault === 'object' && early) return send(request, response, errorAnswer(fault));
    const body = await readWhole(request);
    if (fault === 'hang') return undefined;
    if (typeof fault === 'object') return send(request, response, errorAnswer(fault));
    if (fault === 'spoil-octet') body[0] = (body[0] ?? 0) ^ 1;
    const refusal = refusalOf(request, body);
    if (refusal) return send(request, response, errorAnswer({ status: 400, code: refusal }));
    const answer = await this.#inTurn(request, () => forward(request, body, this.#upstreamPort));
    if (request.method === 'PUT' && answer.status === 200) {
      this.onStored(String(request.url).split('?')[0] ?? '', body.length);
    }
    if (fault === 'lose-answer') return cut(request);
    if (fault === 'cut-in-answer') return await sendHalf(request, response, answer);
    return send(request, response, answer);
  }

  async #inTurn(request: IncomingMessage, pass: () => Promise<Answer>): Promise<Answer> {
    if (request.method !== 'PUT') return await pass();
    const path = String(request.url).split('?')[0] ?? '';
    const mine = (this.#writes.get(path) ?? Promise.resolve()).then(pass);
    this.#writes.set(
      path,
      mine.catch(() => undefined),
    );
    return await mine;
  }
}

function isAbortedByClient(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
