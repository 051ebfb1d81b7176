// What a TLS handshake came to, for whoever wants to show it, to pin it, or to bind a login to it. Takes no decision.

import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { CertificateFacts, TlsFacts } from '../ports/pop3.ts';
import type { ChannelBinding } from '../core/pop3/sasl/sasl-exchange.ts';

/** Stops: following a chain in circles. OpenSSL itself verifies no longer one. */
const MAX_CHAIN_CERTIFICATES = 100;

/** RFC 9266 section 2. */
const EXPORTER = { label: 'EXPORTER-Channel-Binding', octets: 32 } as const;

/** @param socket right after the handshake */
export function readTlsFacts(socket: TLSSocket): TlsFacts {
  return Object.freeze({
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    chain: Object.freeze(readChain(socket)),
    channelBindings: Object.freeze(readChannelBindings(socket)),
  });
}

/** Base64 of the SHA-256 of a certificate's public key (SPKI), as RFC 7469 section 2.4 has it. */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

function readChain(socket: TLSSocket): CertificateFacts[] {
  const facts: CertificateFacts[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate && facts.length < MAX_CHAIN_CERTIFICATES) {
    facts.push(toFacts(certificate));
    const issuer: X509Certificate | undefined = certificate.issuerCertificate;
    certificate = issuer?.fingerprint256 === certificate.fingerprint256 ? undefined : issuer;
  }
  return facts;
}

function toFacts(certificate: X509Certificate): CertificateFacts {
  return Object.freeze({
    subject: onOneLine(certificate.subject),
    issuer: onOneLine(certificate.issuer),
    names: Object.freeze(namesIn(certificate.subjectAltName ?? '')),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    pin: pinOf(certificate),
  });
}

/** Node has one attribute a line. */
function onOneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

/** `DNS:pop.example.com, IP Address:192.0.2.1`; a name with anything odd in it is in JSON quotes. */
function namesIn(subjectAltName: string): string[] {
  const names = subjectAltName.matchAll(/(?:^|, )(?:DNS|IP Address):(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g);
  return [...names].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/**
 * `tls-unique` on TLS 1.3 is defined nowhere, and yet all that Cyrus takes there; and Cyrus refuses the other kind only after
 * the password was proven, which counts as a wrong one. A server that knows `tls-exporter` alone says so at once, so it comes
 * second. `tls-unique` is as good as the name in the certificate, which was verified before anybody asks for it, and sessions
 * are never resumed (RFC 7627 section 1). `tls-exporter` of TLS 1.2 would need the extension of that RFC, and Node does not
 * say whether it was agreed on (RFC 9266 section 4.2).
 */
function readChannelBindings(socket: TLSSocket): ChannelBinding[] {
  const bindings: ChannelBinding[] = [];
  // Of a session that is not resumed the client's is the first Finished message (RFC 5929 section 3.1).
  const finished = socket.isSessionReused() ? undefined : socket.getFinished();
  if (finished) bindings.push({ type: 'tls-unique', data: finished });
  if (socket.getProtocol() === 'TLSv1.3') {
    const data = socket.exportKeyingMaterial(EXPORTER.octets, EXPORTER.label, Buffer.alloc(0));
    bindings.push({ type: 'tls-exporter', data });
  }
  return bindings;
}
