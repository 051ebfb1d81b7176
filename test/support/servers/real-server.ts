// What the interop tests know of a real POP3 server: what it offers, and how it is started with mail in it.

import type { LoginMethod } from '../../../lib/core/account.ts';
import type { LoadedMessage } from '../maildir.ts';
import type { ServerName } from './server-packages.ts';

export interface RealServer {
  readonly name: ServerName;
  readonly offers: ServerOffers;
  /** Messages of the matrix that it loses, refuses, or sends so that two clients read them differently: name and reason. */
  readonly cannotServe: Readonly<Record<string, string>>;
  /** For `{ skip }`: `false` where it can be started, else the reason. */
  skip(): string | false;
  /** The caller owns the server: `await using`, or `stop()` in a `finally`. @throws with the server's own words */
  start(options: StartOptions): Promise<RunningServer>;
}

/** What must work with it: less is a failure of the test, not a lack of the server. */
export interface ServerOffers {
  readonly implicitTls: boolean;
  readonly starttls: boolean;
  readonly logins: readonly LoginMethod[];
  /** Whether CAPA lists PIPELINING. */
  readonly announcesPipelining: boolean;
  /**
   * `shared`: different messages can have the same UIDL · `growing`: every session finds one more message, that the server
   * itself has made. Default: each message has one of its own that never changes, and there are no others.
   */
  readonly uidls?: 'shared' | 'growing';
  /** It says `+OK` to DELE and to QUIT, and deletes nothing. */
  readonly keepsDeleted?: true;
}

export type Mailboxes = Readonly<Record<string, readonly LoadedMessage[]>>;

export interface StartOptions {
  /** By user. All have the password PASSWORD. */
  readonly mailboxes: Mailboxes;
  /** Further lines for its configuration. */
  readonly settings?: readonly string[];
}

export interface RunningServer extends AsyncDisposable {
  readonly host: string;
  /** Plain, with STLS where it is offered. */
  readonly port: number;
  /** TLS from the first octet. */
  readonly tlsPort: number | undefined;
  readonly password: string;
  /** PEM file with the only authority that signed the server's certificate. */
  readonly caFile: string;
  /** All of the server's files, seen as /srv by itself. */
  readonly folder: string;
  /** An access token for this user, where the server takes any. */
  accessToken?(user: string): string;
  /** Of a proxy: ends the server behind it. */
  stopBackend?(): Promise<void>;
  /** What the server printed so far. */
  output(): Promise<string>;
  /** Ends every process of the server and removes its folder. Safe to repeat. */
  stop(): Promise<void>;
}

/** RFC 1939 section 7 (PASS): a password may contain spaces. */
export const PASSWORD = 's3cret pass';
export const HOST = '127.0.0.1';
