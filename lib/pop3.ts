// `mailferry/pop3`: the POP3 client by itself, for programs that want sessions and nothing else of Mailferry.

import { nodeLoginTools } from './adapters/node-login-tools.ts';
import { SocketDialer } from './adapters/socket-dialer.ts';
import type { LoginMethod, TlsMode } from './core/account.ts';
import { Secret } from './core/secret.ts';
import type { ProtocolTrace } from './ports/pop3.ts';
import { openSession } from './session/open-session.ts';
import type { Pop3Session } from './session/pop3-session.ts';

export { MailferryError } from './core/errors.ts';
export type { ErrorCode, ErrorScope } from './core/errors.ts';
export type { LoginMethod, TlsMode } from './core/account.ts';
export type { Capabilities } from './core/pop3/capabilities.ts';
export { joinListing } from './core/pop3/listing.ts';
export type { ListedMessage, ListRow, UidlRow } from './core/pop3/listing.ts';
export { ONE_BY_ONE, PIPELINED } from './core/pop3/retrieval-window.ts';
export type { WindowLimits } from './core/pop3/retrieval-window.ts';
export { toServerFacts } from './core/pop3/server-facts.ts';
export type { ServerFacts } from './core/pop3/server-facts.ts';
export type { MaildropSize } from './core/pop3/stat.ts';
export type { SessionState } from './core/pop3/states.ts';
export { fromUidl, toUidl } from './core/uidl.ts';
export type { Uidl } from './core/uidl.ts';
export type { CertificateFacts, ProtocolTrace, TlsFacts } from './ports/pop3.ts';
export type { Pop3Session } from './session/pop3-session.ts';
export type { Retrieval, RetrievalRequest } from './session/retrieve-each.ts';

export interface Pop3Options {
  /** A name or an address. The certificate must be for it. */
  readonly host: string;
  /** Default: 995 with `tls: 'implicit'`, else 110. */
  readonly port?: number;
  /** Default `implicit`. `starttls` never falls back; `none` sends everything in clear text. */
  readonly tls?: TlsMode;
  readonly user: string;
  readonly credential: { readonly password: string } | { readonly accessToken: string };
  /** The only login method to use. Default: the strongest that the server offers and the credential goes with. */
  readonly method?: LoginMethod;
  /** PEM of the only authorities to trust. Default: those of the system. */
  readonly ca?: string;
  /** Base64 of SHA-256 hashes of public keys (SPKI), one of which the server's certificate must have besides. */
  readonly pins?: readonly string[];
  /** Both as PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** `socks5://user@host:port`, `socks5h:` or `http:` (CONNECT). */
  readonly proxy?: { readonly url: string; readonly password?: string };
  /** Permit a host in a loopback, private, link-local or metadata range. Default `false`. */
  readonly allowPrivateNetwork?: boolean;
  /** Aborting it, at any later time too, closes the connection and fails what waits for it. */
  readonly signal?: AbortSignal;
  /** Told of every line, with the secrets hidden. */
  readonly trace?: ProtocolTrace;
}

/**
 * A session in TRANSACTION state (RFC 1939 section 5). It belongs to the caller, who ends it with `quit` or `drop`.
 * @throws MailferryError: HOST_UNKNOWN, ADDRESS_NOT_ALLOWED, CONNECT_FAILED, CONNECT_TIMEOUT, TLS_CERTIFICATE_REFUSED,
 *         TLS_HANDSHAKE_FAILED, STLS_REFUSED, POP3_AUTH_FAILED, POP3_MAILDROP_BUSY, POP3_UNAVAILABLE, POP3_PROTOCOL,
 *         POP3_TIMEOUT, POP3_CONNECTION_LOST
 */
export async function openPop3(options: Pop3Options): Promise<Pop3Session> {
  const { host, user, credential, tls = 'implicit', proxy, clientCertificate, trace, signal } = options;
  return await openSession(
    {
      host,
      port: options.port ?? (tls === 'implicit' ? 995 : 110),
      tls,
      user,
      auth: { method: options.method },
      caFile: undefined,
      caPem: options.ca,
      pins: options.pins ?? [],
      proxy,
      allowPrivateNetwork: options.allowPrivateNetwork ?? false,
    },
    {
      credential:
        'password' in credential
          ? { kind: 'password', password: new Secret(credential.password) }
          : { kind: 'access-token', token: new Secret(credential.accessToken) },
      clientCertificate: clientCertificate && {
        certificate: new Secret(clientCertificate.certificate),
        key: new Secret(clientCertificate.key),
      },
      proxyPassword: proxy?.password === undefined ? undefined : new Secret(proxy.password),
    },
    { dialer: new SocketDialer(), login: nodeLoginTools, ...(trace && { trace: () => trace }) },
    signal ?? new AbortController().signal,
  );
}
