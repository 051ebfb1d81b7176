// The accounts of a whole importer, applied as the command line does it: with TLS from the first octet, all or half of them, and
// all passwords in one secret.

import { readFile } from 'node:fs/promises';
import type { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import type { Account, AccountId } from '../../../lib/core/account.ts';
import type { RunningDovecot } from '../dovecot.ts';
import type { RunningMoto } from '../moto.ts';
import { createSecret } from './importer-servers.ts';
import { STRAIGHT_WAY, passwordAuth } from '../account-defaults.ts';

const SECRET = 'mailferry/mailboxes';

/** `all-trusted`: the functions trust the server's authority anyway, and the accounts do not name it. */
export type AccountsTls = 'half' | 'all-trusted';

/** Which port of the server an account uses, where something stands before it. */
export interface ServerPorts {
  readonly port: number;
  readonly tlsPort: number;
}

/** All in one secret, so that one read brings all of them. Once. */
export async function keepPasswords(
  users: Iterable<string>,
  password: string,
  moto: RunningMoto,
): Promise<void> {
  await createSecret(moto, SECRET, Object.fromEntries([...users].map((name) => [name, password])));
}

/** @param everyMinutes how often each is polled. @returns their ids, which are the users' names */
export async function applyAccounts(
  users: Iterable<string>,
  dovecot: Pick<RunningDovecot, 'host' | 'caFile'> & ServerPorts,
  directory: DynamodbAccountDirectory,
  { everyMinutes, tls }: { readonly everyMinutes: number; readonly tls: AccountsTls },
): Promise<readonly AccountId[]> {
  const names = [...users];
  const caPem = tls === 'half' ? await readFile(dovecot.caFile, 'utf8') : undefined;
  const accounts = names.map((name, index) => {
    const isPlain = tls === 'half' && index % 2 === 0;
    return {
      ...accountOf(name, everyMinutes),
      host: dovecot.host,
      ...(isPlain ? plain(dovecot) : secure(dovecot, caPem)),
    };
  });
  for (const account of accounts) await directory.apply(account);
  return accounts.map(({ id }) => id);
}

function plain({ port }: ServerPorts): Pick<Account, 'tls' | 'port' | 'caPem'> {
  return { tls: 'none', port, caPem: undefined };
}

function secure(
  { tlsPort }: ServerPorts,
  caPem: string | undefined,
): Pick<Account, 'tls' | 'port' | 'caPem'> {
  return { tls: 'implicit', port: tlsPort, caPem };
}

function accountOf(name: string, everyMinutes: number): Omit<Account, 'host' | 'tls' | 'port' | 'caPem'> {
  return {
    id: name as AccountId,
    caFile: undefined,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: true,
    user: name,
    auth: passwordAuth('secretsmanager', `${SECRET}#${name}`),
    onServer: 'keep',
    pauseDeletions: false,
    limits: {
      messageOctets: undefined,
      runMessages: undefined,
      runOctets: undefined,
      deletionsPerRun: 1000,
    },
    schedule: { everyMinutes },
    paused: false,
  };
}
