// A port: The network: connections, what a POP3 session needs besides, and who is told of what passes.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { TlsMode } from '../core/account.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { ChannelBinding } from '../core/pop3/sasl/sasl-exchange.ts';
import type { SaslTools } from '../core/pop3/sasl/sasl-tools.ts';
import type { Secret } from '../core/secret.ts';
import type { ClientCertificate } from './access.ts';

/** Where to dial, and what to accept there. */
export interface DialTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  /** Absolute path of a PEM file that replaces the system's certificate authorities. */
  readonly caFile: string | undefined;
  /** The same authorities as PEM text; at most one of the two is set. */
  readonly caPem: string | undefined;
  /** Base64 of SHA-256 hashes of public keys (SPKI), one of which the server's certificate must have; empty: any key. */
  readonly pins: readonly string[];
  readonly clientCertificate: ClientCertificate | undefined;
  readonly proxy: Proxy | undefined;
  readonly allowPrivateNetwork: boolean;
}

export interface Proxy {
  /** As ProxyRef.url in core/account.ts. */
  readonly url: string;
  readonly password: Secret | undefined;
}

/** What a TLS handshake came to. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string;
  /** OpenSSL's name. */
  readonly cipher: string;
  /** As the server sent it, its own certificate first; the authority at the end is often left out. */
  readonly chain: readonly CertificateFacts[];
  /**
   * For SCRAM-*-PLUS (RFC 5802 section 6), in the order to try them: `tls-unique`, which is all that TLS 1.2 has here and all
   * that some servers take on TLS 1.3 too, then `tls-exporter` of TLS 1.3 (RFC 9266). No server says which it takes.
   */
  readonly channelBindings: readonly ChannelBinding[];
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  /** Epoch milliseconds, UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Base64 of the SHA-256 of its public key: what a pin is compared with. */
  readonly pin: string;
}

export interface Dialer {
  /**
   * Open a connection; with `tls: 'implicit'` the handshake is done and the name verified when this resolves.
   * Aborting `signal`, now or at any time later, closes the connection and fails what is pending on it.
   * @throws HOST_UNKNOWN, ADDRESS_NOT_ALLOWED, CONNECT_FAILED, CONNECT_TIMEOUT, TLS_CERTIFICATE_REFUSED, TLS_HANDSHAKE_FAILED
   */
  dial(target: DialTarget, signal: AbortSignal): Promise<Connection>;
}

/** What a POP3 session needs from the world. */
export interface Pop3Ports {
  readonly dialer: Dialer;
  readonly login: LoginTools;
  /** Of each session opened; left out: nobody is told. */
  readonly trace?: (target: DialTarget) => ProtocolTrace;
}

/** What the login mechanisms compute with. */
export interface LoginTools extends SaslTools {
  /** For SCRAM (RFC 5802 section 5.1): printable ASCII without a comma, another one each time, to be guessed by nobody. */
  newNonce(): string;
}

/** One duplex byte stream. One `read` at a time. */
export interface Connection {
  /**
   * The next octets, or `undefined` once the server has ended the stream. While nobody reads, the socket is paused.
   * @throws POP3_CONNECTION_LOST, or the reason given to `close`
   */
  read(): Promise<Uint8Array | undefined>;
  /** Octets that have arrived and were not read yet. */
  readonly bufferedOctets: number;
  /** `undefined` as long as the connection is in clear text. */
  readonly tls: TlsFacts | undefined;
  /** Resolves when the octets are handed to the network. */
  write(octets: Uint8Array): Promise<void>;
  /**
   * Upgrade to TLS and verify the server's name (RFC 2595).
   * @throws TLS_HANDSHAKE_FAILED if any octet arrived before the handshake; TLS_CERTIFICATE_REFUSED
   */
  startTls(): Promise<void>;
  /** Close at once, sending nothing more. A pending `read` or `write` fails with `reason`. Safe to repeat. */
  close(reason?: Error): void;
}

/** Told of every line of a session as it happens, with the secrets hidden already. Must not throw, and must not be slow. */
export interface ProtocolTrace {
  /** A line without its end. */
  sent(line: string): void;
  /** A line without its end, one character an octet. */
  received(line: string): void;
  /** Octets of a message, as many as came together. */
  receivedOctets(count: number): void;
  /** From here on the connection is encrypted. */
  secured(): void;
  /** Nothing comes after it. `closed` by us, `ended` by the server in good order, or else the code of the error. */
  over(how: 'closed' | 'ended' | ErrorCode): void;
}
