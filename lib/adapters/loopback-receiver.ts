// A web server on this machine's own loopback address for one answer: that of a browser which an authorization server sends back
// (RFC 8252 section 7.3). Whatever else comes to the port is told to go away, and shows nothing of what was awaited.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { describeError, MailferryError } from '../core/errors.ts';

export interface LoopbackReceiver extends AsyncDisposable {
  readonly port: number;
  /**
   * The parameters of the first request that `isAnswer` accepts; the browser is told that its part is done.
   * @throws the reason of `signal`
   */
  receive(isAnswer: (parameters: URLSearchParams) => boolean, signal: AbortSignal): Promise<URLSearchParams>;
}

const HOST = '127.0.0.1';
const DONE = 'This window can be closed: what comes next is in the terminal, at mailferry login.\n';

/** @param port 0: any free one. @throws CONFIG_INVALID when it cannot be listened on */
export async function openLoopbackReceiver(port: number): Promise<LoopbackReceiver> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch (error) {
    throw new MailferryError(`${HOST}:${port} cannot be listened on: ${describeError(error)}`, {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: 'give another port with --port, or none',
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    receive: async (isAnswer, signal) => await receive(server, isAnswer, signal),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(
  server: Server,
  isAnswer: (parameters: URLSearchParams) => boolean,
  signal: AbortSignal,
): Promise<URLSearchParams> {
  const received = Promise.withResolvers<URLSearchParams>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const parameters = parametersOf(request);
    const accepted = parameters !== undefined && isAnswer(parameters);
    response.writeHead(accepted ? 200 : 404, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    });
    response.end(accepted ? DONE : 'Nothing is here.\n', () => {
      if (accepted) received.resolve(parameters);
    });
  };
  const onAbort = (): void => received.reject(signal.reason);
  server.on('request', onRequest);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await received.promise;
  } finally {
    server.off('request', onRequest);
    signal.removeEventListener('abort', onAbort);
  }
}

function parametersOf({ method, url = '' }: IncomingMessage): URLSearchParams | undefined {
  if (method !== 'GET' || !url.startsWith('/?')) return undefined;
  return new URLSearchParams(url.slice(2));
}
