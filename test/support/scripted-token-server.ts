// A token endpoint that answers what a test wants, on loopback, in clear text or under TLS. Keeps what it was asked.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ServerCertificate } from './pop3-server/wire.ts';

export interface ScriptedTokenServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly asked: readonly { readonly headers: IncomingMessage['headers']; readonly body: URLSearchParams }[];
  answer: (response: ServerResponse, asked: URLSearchParams) => void;
}

/** The caller owns the server. */
export async function startScriptedTokenServer(
  answer: ScriptedTokenServer['answer'],
  certificate?: ServerCertificate,
): Promise<ScriptedTokenServer> {
  const asked: { headers: IncomingMessage['headers']; body: URLSearchParams }[] = [];
  const onRequest: RequestListener = (request, response) => {
    void answerTo(request, response);
  };
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = new URLSearchParams(await text(request));
    asked.push({ headers: request.headers, body });
    server.answer(response, body);
  };
  const http =
    certificate === undefined
      ? createServer(onRequest)
      : createSecureServer({ cert: certificate.certificatePem, key: certificate.keyPem }, onRequest);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  const server: ScriptedTokenServer = {
    port,
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}/token`,
    asked,
    answer,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
