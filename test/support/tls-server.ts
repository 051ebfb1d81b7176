// A TLS server on loopback that greets and tells what its clients showed. Never used outside tests: it knows one sentence.

import { createServer } from 'node:tls';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { listenOn } from './loopback-server.ts';
import type { LoopbackServer } from './loopback-server.ts';
import type { ServerCertificate } from './pop3-server/wire.ts';

export interface GreetingTlsServer extends LoopbackServer {
  /** The name each client asked for (SNI); `undefined` of one that named none. */
  readonly serverNames: readonly (string | undefined)[];
  /** Our end of each connection whose handshake went well. */
  readonly secured: readonly TLSSocket[];
  /** What clients sent under TLS, in one piece. */
  received(): string;
}

export const TLS_GREETING = '+OK under TLS\r\n';

export async function startGreetingTls(
  { certificatePem, keyPem }: ServerCertificate,
  options: TlsOptions = {},
): Promise<GreetingTlsServer> {
  const serverNames: (string | undefined)[] = [];
  const secured: TLSSocket[] = [];
  let received = '';
  const server = createServer({ cert: certificatePem, key: keyPem, ...options }, (socket) => {
    // Node has false of a client that named none.
    serverNames.push(socket.servername ? socket.servername : undefined);
    secured.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.write(TLS_GREETING);
  });
  server.on('tlsClientError', () => {});
  const listening = await listenOn(server);
  return { ...listening, serverNames, secured, received: () => received };
}
