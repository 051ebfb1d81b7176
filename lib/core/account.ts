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
  /** Permit an address in a loopback, private, link-local or metadata range. */
  readonly allowPrivateNetwork: boolean;
  readonly user: string;
  readonly password: SecretRef;
  readonly onServer: DeletionPolicy;
  /** The switch that keeps `onServer` from deleting anything for now. */
  readonly pauseDeletions: boolean;
  readonly limits: ImportLimits;
  /** When a dispatcher has it polled. A run asked for by hand does not wait for it. */
  readonly schedule: Schedule;
  /** Nobody polls it by schedule. */
  readonly paused: boolean;
}
