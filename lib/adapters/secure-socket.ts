// The TLS handshake on an open socket. Nothing is sent over it before chain, name and pin are right; what the server said in
// clear text is never taken for what it says under TLS.

import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { DialTarget, TlsFacts } from '../ports/pop3.ts';
import { assertPinned } from './certificate-pins.ts';
import { certificateRefused, handshakeFailed, octetsBeforeTls } from './tls-errors.ts';
import { readTlsFacts } from './tls-facts.ts';

export interface SecuredSocket {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
}

/**
 * The plain socket is destroyed when this fails.
 * @throws TLS_CERTIFICATE_REFUSED, TLS_HANDSHAKE_FAILED
 */
export async function secureSocket(
  plain: Socket,
  target: DialTarget,
  secureContext: SecureContext,
): Promise<SecuredSocket> {
  try {
    // RFC 2595 section 4; a proxy may be the one who sends them.
    if (plain.readableLength > 0)
      throw octetsBeforeTls(
        target.tls === 'starttls'
          ? 'its answer to STLS and the TLS handshake'
          : 'the connection and the TLS handshake',
      );
    const socket = await shakeHands(plain, target, secureContext);
    const facts = readTlsFacts(socket);
    assertPinned(target.host, facts.chain, target.pins);
    return { socket, facts };
  } catch (error) {
    plain.destroy();
    throw handshakeFailed(error, target);
  }
}

async function shakeHands(
  plain: Socket,
  target: DialTarget,
  secureContext: SecureContext,
): Promise<TLSSocket> {
  const name = domainToASCII(target.host).replace(/\.$/, '') || target.host;
  const socket = connect({
    socket: plain,
    host: name,
    // An address is matched against the certificate's iPAddress names; SNI carries names only (RFC 6066 section 3).
    ...(isIP(name) === 0 && { servername: name }),
    secureContext,
    // Said here, because otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would decide.
    rejectUnauthorized: true,
  });
  return await new Promise<TLSSocket>((resolve, reject) => {
    socket.once('secureConnect', () => {
      resolve(socket);
    });
    socket.once('error', (error) => {
      // Set by Node exactly when the handshake itself went well and the certificate proves nothing.
      reject(socket.authorizationError ? certificateRefused(error, target) : error);
    });
    socket.once('close', () => {
      reject(new Error('the server closed the connection'));
    });
  });
}
