// What a failed connection attempt means for the person who configured the account.

import { describeError, MailferryError } from '../core/errors.ts';
import type { DialTarget } from '../ports.ts';

/** Node's and OpenSSL's codes for a certificate that does not prove the server's name. */
const CERTIFICATE_CODES = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Also understands the several errors of an attempt that tried several addresses. */
export function connectError(thrown: unknown, target: DialTarget): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const cause = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors.at(-1) : thrown;
  const code = codeOf(cause);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') {
    return new MailferryError(`the host name "${target.host}" has no address (${code})`, {
      code: 'HOST_UNKNOWN',
      scope: 'session',
      retryable: true,
      hint: 'check host of this account, and the name service of this machine',
      cause,
    });
  }
  return new MailferryError(`no connection to ${target.host}:${target.port}: ${describeError(cause)}`, {
    code: 'CONNECT_FAILED',
    scope: 'session',
    retryable: true,
    hint: 'check host and port of this account, and that the server is up',
    cause,
  });
}

export function connectTimeout(target: DialTarget, timeoutMs: number): MailferryError {
  return new MailferryError(`no connection to ${target.host}:${target.port} within ${timeoutMs / 1000} s`, {
    code: 'CONNECT_TIMEOUT',
    scope: 'session',
    retryable: true,
    hint: 'check host and port of this account; with tls: implicit a port without TLS stays silent too',
  });
}

export function tlsError(thrown: unknown, target: DialTarget): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  if (CERTIFICATE_CODES.has(codeOf(thrown) ?? '')) {
    return new MailferryError(`the certificate of "${target.host}" was refused: ${describeError(thrown)}`, {
      code: 'TLS_CERTIFICATE_REFUSED',
      scope: 'account',
      retryable: false,
      hint: 'host must be a name in the certificate; set caFile if the server has a certificate authority of its own',
      cause: thrown,
    });
  }
  return new MailferryError(
    `the TLS handshake with ${target.host}:${target.port} failed: ${describeError(thrown)}`,
    {
      code: 'TLS_HANDSHAKE_FAILED',
      scope: 'session',
      retryable: true,
      hint: 'check that tls matches the port: implicit for 995, starttls for 110',
      cause: thrown,
    },
  );
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}
