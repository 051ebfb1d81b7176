// What a failed TLS handshake means for the person who configured the account.

import { describeError, MailferryError } from '../core/errors.ts';
import type { DialTarget } from '../ports/pop3.ts';
import { codeOf } from './dial-errors.ts';

type Server = Pick<DialTarget, 'host' | 'port' | 'tls'>;

/** The server spoke, and it was no TLS. */
const NO_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/** The server has no version of TLS that we take, and said so or not. */
const TOO_OLD = new Set(['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_UNSUPPORTED_PROTOCOL']);

/** Alerts by which a server refuses the certificate of a client, or that there is none (RFC 8446 section 6.2). */
const CLIENT_CERTIFICATE_ALERT =
  /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED)$/;

/** The server's certificate proves nothing: its chain, its name, its time. */
export function certificateRefused(thrown: unknown, { host }: Server): MailferryError {
  return new MailferryError(`the certificate of "${host}" was refused: ${describeError(thrown)}`, {
    code: 'TLS_CERTIFICATE_REFUSED',
    scope: 'account',
    retryable: false,
    hint: 'host must be a name in the certificate; set caFile if the server has a certificate authority of its own',
    cause: thrown,
  });
}

/** Also of what `tls.connect` throws itself. */
export function handshakeFailed(thrown: unknown, server: Server): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const code = codeOf(thrown) ?? '';
  const { isPermanent, hint } = explain(code, server);
  return new MailferryError(
    `the TLS handshake with ${server.host}:${server.port} failed: ${reasonOf(thrown)}`,
    {
      code: 'TLS_HANDSHAKE_FAILED',
      scope: isPermanent ? 'account' : 'session',
      retryable: !isPermanent,
      hint,
      cause: thrown,
    },
  );
}

/**
 * A server of TLS 1.3 refuses a client's certificate after the handshake: then the first read fails with its alert.
 * @returns `undefined` for an error that is no such alert
 */
export function clientCertificateRefused(thrown: unknown): MailferryError | undefined {
  if (!CLIENT_CERTIFICATE_ALERT.test(codeOf(thrown) ?? '')) return undefined;
  return new MailferryError(`the server ended the connection: ${reasonOf(thrown)}`, {
    code: 'TLS_HANDSHAKE_FAILED',
    scope: 'account',
    retryable: false,
    hint: CLIENT_CERTIFICATE_HINT,
    cause: thrown,
  });
}

/** @param between what the octets came before and after, such as `its answer to STLS and the TLS handshake` */
export function octetsBeforeTls(between: string): MailferryError {
  return new MailferryError(`the server sent octets between ${between}`, {
    code: 'TLS_HANDSHAKE_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'somebody between you and the server may be tampering with the connection',
  });
}

const CLIENT_CERTIFICATE_HINT =
  'the server wants a certificate of its clients: set clientCertificate to one that its administrator gave out';

function explain(code: string, { tls }: Server): { readonly isPermanent: boolean; readonly hint: string } {
  if (NO_TLS.has(code)) {
    const hint =
      tls === 'starttls'
        ? 'the server answered STLS and went on in clear text: its TLS is broken, or somebody tampers with the connection'
        : 'the port speaks no TLS: check port and tls of this account (implicit for 995, starttls for 110)';
    return { isPermanent: true, hint };
  }
  if (TOO_OLD.has(code)) {
    const hint =
      'the server has only versions of TLS older than 1.2, which prove nothing (RFC 8996): ask for a newer one';
    return { isPermanent: true, hint };
  }
  if (CLIENT_CERTIFICATE_ALERT.test(code)) return { isPermanent: true, hint: CLIENT_CERTIFICATE_HINT };
  return { isPermanent: false, hint: 'check that tls matches the port: implicit for 995, starttls for 110' };
}

/** OpenSSL's reason without the place in its source code. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error && 'reason' in thrown && typeof thrown.reason === 'string'
    ? thrown.reason
    : describeError(thrown);
}
