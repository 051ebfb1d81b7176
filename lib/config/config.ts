// The configuration as the program uses it: absolute paths, defaults applied, frozen.

import { dirname, join, resolve } from 'node:path';
import type { Account, AccountId } from '../core/account.ts';
import type { CatalogForm } from '../core/catalog/catalog-key.ts';
import { toArchiveLocation, toLedgerLocation, toS3Location } from './location.ts';
import type { ArchiveLocation, LedgerLocation, S3Location } from './location.ts';
import { DEFAULT_SCHEDULE } from './schedule-schema.ts';
import type { ConfigFile } from './schema.ts';
import { toAuth } from './to-auth.ts';
import { toTransport } from './transport-schema.ts';

export interface Config {
  readonly archive: ArchiveLocation;
  /** Of an archive in S3: where its parsed documents and attachments are. `undefined`: with the mail. */
  readonly derived: S3Location | undefined;
  readonly ledger: LedgerLocation;
  /**
   * Who makes the parsed documents: this program, the deployed parse function (only of an archive in S3), or nobody before
   * `reparse --missing`.
   */
  readonly parsing: 'here' | 'stack' | 'later';
  /** How the rows are written that this program makes of what it parses. */
  readonly catalog: CatalogForm | 'none';
  readonly accounts: readonly Account[];
}

const DEFAULT_MESSAGE_OCTETS = 100_000_000;
const DEFAULT_RUN_MESSAGES = 10_000;
const DEFAULT_RUN_OCTETS = 5_000_000_000;
const DEFAULT_RUN_DELETIONS = 1000;

/** @param path of the configuration file: relative paths in it start from its folder */
export function toConfig(file: ConfigFile, path: string): Config {
  const base = dirname(resolve(path));
  return Object.freeze({
    archive: toArchiveLocation(file.archive, base),
    derived: file.derived === undefined ? undefined : toS3Location(file.derived),
    ledger: toLedgerLocation(file.ledger ?? join(file.archive, 'ledger.db'), base),
    parsing: file.parsing,
    catalog: file.catalog,
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
    caPem: undefined,
    allowPrivateNetwork: account.allowPrivateNetwork,
    user: account.user,
    auth: toAuth(account.auth, base),
    ...toTransport(account, base),
    onServer: typeof account.onServer === 'string' ? account.onServer : Object.freeze(account.onServer),
    pauseDeletions: account.pauseDeletions,
    limits: Object.freeze({
      messageOctets: account.limits?.messageBytes ?? DEFAULT_MESSAGE_OCTETS,
      runMessages: account.limits?.runMessages ?? DEFAULT_RUN_MESSAGES,
      runOctets: account.limits?.runBytes ?? DEFAULT_RUN_OCTETS,
      deletionsPerRun: account.limits?.deletionsPerRun ?? DEFAULT_RUN_DELETIONS,
    }),
    schedule: account.schedule ?? DEFAULT_SCHEDULE,
    paused: account.paused,
  });
}
