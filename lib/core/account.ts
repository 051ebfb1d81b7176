// One POP3 account as the rest of the program sees it: checked, complete, frozen.

import type { Schedule } from './schedule.ts';

declare const accountId: unique symbol;
/** `^[a-z0-9][a-z0-9-]{0,62}$`: part of every archive key, so it never needs escaping. */
export type AccountId = string & { readonly [accountId]: true };

export const ACCOUNT_ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** How the connection is protected. `starttls` is mandatory once chosen: it never falls back to clear text. */
export type TlsMode = 'implicit' | 'starttls' | 'none';

/**
 * Where a secret is kept, never the secret itself: `env:NAME`, `file:PATH`, `command:ARGV`,
 * `secretsmanager:ID[#json-key]`, `ssm:/path`.
 */
export interface SecretRef {
  readonly store: 'env' | 'file' | 'command' | 'secretsmanager' | 'ssm';
  /** The variable's name, the file's absolute path, the command line, or what follows the colon. */
  readonly locator: string;
}

/** How to log in, strongest under TLS first: SASL mechanisms (RFC 5034), `USER` for USER and PASS, and `APOP` (RFC 1939). */
export const LOGIN_METHODS = [
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1',
  'PLAIN',
  'LOGIN',
  'USER',
  'CRAM-MD5',
  'APOP',
  'OAUTHBEARER',
  'XOAUTH2',
] as const;

export type LoginMethod = (typeof LOGIN_METHODS)[number];

export interface PasswordAuth {
  readonly kind: 'password';
  readonly password: SecretRef;
  /** The only one to use; `undefined` leaves the choice to what the server offers. */
  readonly method: LoginMethod | undefined;
}

/** Access tokens of an authorization server (RFC 6749) instead of a password. */
export interface OAuth2Auth {
  readonly kind: 'oauth2';
  readonly grant: 'refresh-token' | 'client-credentials';
  /** `https:` URLs. The two for `mailferry login` are `undefined` where a provider has none. */
  readonly tokenUrl: string;
  readonly authorizationUrl: string | undefined;
  readonly deviceUrl: string | undefined;
  readonly clientId: string;
  readonly clientSecret: SecretRef | undefined;
  /** Set for the grant `refresh-token`; a rotated one is written back there where the store can. */
  readonly refreshToken: SecretRef | undefined;
  /** Separated by spaces; `undefined` asks for none. */
  readonly scope: string | undefined;
  readonly method: LoginMethod | undefined;
}

export type AccountAuth = PasswordAuth | OAuth2Auth;

/** The way to the server where it is not a straight one. */
export interface ProxyRef {
  /** `socks5://user@host:port`, `socks5h:` (the proxy resolves names) or `http://user@host:port` (CONNECT). */
  readonly url: string;
  readonly password: SecretRef | undefined;
}

/** Both as PEM. */
export interface ClientCertificateRef {
  readonly certificate: SecretRef;
  readonly key: SecretRef;
}

/** `auto`: where the server announces PIPELINING (RFC 2449 section 6.6). */
export type PipeliningMode = 'auto' | 'always' | 'never';

/** Caps a user sets for an account. `undefined` means no cap. */
export interface ImportLimits {
  /** Messages larger than this many octets are skipped, and counted as skipped. */
  readonly messageOctets: number | undefined;
  /** Messages fetched in one run; the rest are deferred to the next. */
  readonly runMessages: number | undefined;
  /** Octets fetched in one run, by the sizes LIST gives; the rest are deferred to the next. */
  readonly runOctets: number | undefined;
  /** Messages deleted on the server in one run; the rest wait for the next. */
  readonly deletionsPerRun: number;
}

/** When a stored message may be deleted on the server. Ages count from our own first sight of it. */
export type DeletionPolicy = 'keep' | 'delete' | { readonly deleteAfterDays: number };

export interface Account {
  readonly id: AccountId;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  /** Absolute path of a PEM file with the only certificate authorities to trust for this account. */
  readonly caFile: string | undefined;
  /** The same authorities as PEM text, for where there are no files. At most one of the two is set. */
  readonly caPem: string | undefined;
  /** Base64 of SHA-256 hashes of public keys (SPKI), one of which the server's certificate must have; empty: any key. */
  readonly pins: readonly string[];
  readonly clientCertificate: ClientCertificateRef | undefined;
  readonly proxy: ProxyRef | undefined;
  readonly pipelining: PipeliningMode;
  /** Permit an address in a loopback, private, link-local or metadata range. */
  readonly allowPrivateNetwork: boolean;
  readonly user: string;
  readonly auth: AccountAuth;
  readonly onServer: DeletionPolicy;
  /** The switch that keeps `onServer` from deleting anything for now. */
  readonly pauseDeletions: boolean;
  readonly limits: ImportLimits;
  /** When a dispatcher has it polled. A run asked for by hand does not wait for it. */
  readonly schedule: Schedule;
  /** Nobody polls it by schedule. */
  readonly paused: boolean;
}
