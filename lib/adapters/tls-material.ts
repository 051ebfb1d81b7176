// The certificates and keys that an account brings to a TLS handshake: read and checked before anything is dialed, so that a
// mistake in them is told as such. No part of a key ever appears in an error.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { describeError, MailferryError } from '../core/errors.ts';
import type { ClientCertificate } from '../ports/access.ts';
import type { DialTarget } from '../ports/pop3.ts';

/** Everything a handshake with the target needs but the socket. @throws CONFIG_INVALID */
export function prepareTls(target: DialTarget): SecureContext | undefined {
  const { tls, pins, clientCertificate } = target;
  if (tls === 'none') {
    if (pins.length > 0 || clientCertificate)
      throw invalid(
        'pins and clientCertificate have no meaning with tls: none',
        'set tls: implicit or starttls',
      );
    return undefined;
  }
  const ca = readAuthorities(target);
  const own = clientCertificate && checkedClientCertificate(clientCertificate);
  try {
    // RFC 8997 for mail: nothing older, and no switch to have it.
    return createSecureContext({ minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }), ...own });
  } catch (error) {
    throw invalid(`caFile or clientCertificate cannot be used: ${describeError(error)}`, CA_HINT, error);
  }
}

/** PEM text with at least one certificate, or `undefined` for those of the system. */
function readAuthorities({ caFile, caPem }: DialTarget): string | undefined {
  const pem = caFile === undefined ? caPem : readAuthoritiesFile(caFile);
  if (pem === undefined) return undefined;
  try {
    void new X509Certificate(pem);
  } catch (error) {
    throw invalid(`caFile holds no certificate: ${describeError(error)}`, CA_HINT, error);
  }
  return pem;
}

const CA_HINT = 'caFile must name a PEM file with the certificate authorities to trust';

function readAuthoritiesFile(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw invalid(`caFile cannot be read: ${describeError(error)}`, CA_HINT, error);
  }
}

/** What OpenSSL says of a key or certificate it cannot read is left out: it helps nobody, and it has seen the key. */
function checkedClientCertificate({ certificate, key }: ClientCertificate): { cert: string; key: string } {
  const cert = certificate.reveal();
  let own: X509Certificate;
  try {
    own = new X509Certificate(cert);
  } catch {
    throw invalid('clientCertificate.certificate is no certificate in PEM', CLIENT_HINT);
  }
  let ownKey: KeyObject;
  try {
    ownKey = createPrivateKey(key.reveal());
  } catch {
    throw invalid('clientCertificate.key is no private key in PEM, or has a passphrase', CLIENT_HINT);
  }
  if (!own.checkPrivateKey(ownKey))
    throw invalid('clientCertificate.key is not the key of clientCertificate.certificate', CLIENT_HINT);
  return { cert, key: key.reveal() };
}

const CLIENT_HINT =
  'both must be secrets with PEM text: the certificate first in its chain, and its private key without a passphrase';

function invalid(message: string, hint: string, cause?: unknown): MailferryError {
  return new MailferryError(message, {
    code: 'CONFIG_INVALID',
    scope: 'account',
    retryable: false,
    hint,
    cause,
  });
}
