// The configuration as the program uses it: absolute paths, defaults applied, frozen.

import { dirname, join, resolve } from 'node:path';
import type { Account, AccountId, SecretRef } from '../core/account.ts';
import type { ConfigFile } from './schema.ts';

export interface Config {
  /** Absolute path of the archive folder. */
  readonly archive: string;
  /** Absolute path of the ledger's SQLite file. */
  readonly ledger: string;
  readonly accounts: readonly Account[];
}

const DEFAULT_MESSAGE_OCTETS = 100_000_000;
const DEFAULT_RUN_MESSAGES = 10_000;
const DEFAULT_RUN_OCTETS = 5_000_000_000;
const DEFAULT_RUN_DELETIONS = 1000;

/** @param path of the configuration file: relative paths in it start from its folder */
export function toConfig(file: ConfigFile, path: string): Config {
  const base = dirname(resolve(path));
  const archive = resolve(base, file.archive);
  return Object.freeze({
    archive,
    ledger: file.ledger === undefined ? join(archive, 'ledger.db') : resolve(base, file.ledger),
    accounts: Object.freeze(file.accounts.map((account) => toAccount(account, base))),
  });
}

function toAccount(account: ConfigFile['accounts'][number], base: string): Account {
  return Object.freeze({
    id: account.id as AccountId,
    host: account.host,
    port: account.port ?? (account.tls === 'implicit' ? 995 : 110),
    tls: account.tls,
    caFile: account.caFile === undefined ? undefined : resolve(base, account.caFile),
    allowPrivateNetwork: account.allowPrivateNetwork,
    user: account.user,
    password: toSecretRef(account.auth.password, base),
    onServer: typeof account.onServer === 'string' ? account.onServer : Object.freeze(account.onServer),
    pauseDeletions: account.pauseDeletions,
    limits: Object.freeze({
      messageOctets: account.limits?.messageBytes ?? DEFAULT_MESSAGE_OCTETS,
      runMessages: account.limits?.runMessages ?? DEFAULT_RUN_MESSAGES,
      runOctets: account.limits?.runBytes ?? DEFAULT_RUN_OCTETS,
      deletionsPerRun: account.limits?.deletionsPerRun ?? DEFAULT_RUN_DELETIONS,
    }),
  });
}

function toSecretRef(reference: string, base: string): SecretRef {
  const colon = reference.indexOf(':');
  const store = reference.slice(0, colon) as SecretRef['store'];
  const locator = reference.slice(colon + 1);
  return Object.freeze({ store, locator: store === 'file' ? resolve(base, locator) : locator });
}
