// A session of ours with a real server, and a whole import from it. The one place where these tests know how both are begun.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { openArchiveFolder } from '../../../lib/adapters/archive-folder.ts';
import { FolderBlobStore } from '../../../lib/adapters/folder-blob-store.ts';
import { localOwnerName } from '../../../lib/adapters/local-owner.ts';
import { openSqliteLedger } from '../../../lib/cli/open/open-sqlite-ledger.ts';
import type { Account, LoginMethod, TlsMode } from '../../../lib/core/account.ts';
import { MailferryError } from '../../../lib/core/errors.ts';
import type { RunRecord } from '../../../lib/core/run-record.ts';
import { Secret } from '../../../lib/core/secret.ts';
import { importAccount } from '../../../lib/import/import-account.ts';
import type { Access } from '../../../lib/ports/access.ts';
import { openSession } from '../../../lib/session/open-session.ts';
import type { Pop3Session } from '../../../lib/session/pop3-session.ts';
import { accountAt } from '../../session/session-under-test.ts';
import type { RunningServer } from '../../support/servers/real-server.ts';
import { pop3BySocket } from '../../support/pop3-by.ts';

export interface HowToLogIn {
  readonly user: string;
  /** Default `none`. */
  readonly tls?: TlsMode;
  readonly method?: LoginMethod;
  /** Default: the right one. */
  readonly password?: string;
}

/** Servers let go of a mailbox a moment after the session before has ended. */
const LOCK_PATIENCE_MS = 5_000;

/** Runs `use` in a session that is dropped afterwards, unless it was ended. */
export async function inSession<Result>(
  server: RunningServer,
  how: HowToLogIn,
  use: (session: Pop3Session) => Promise<Result>,
): Promise<Result> {
  const session = await open(server, how);
  try {
    return await use(session);
  } finally {
    session.drop();
  }
}

async function open(server: RunningServer, how: HowToLogIn): Promise<Pop3Session> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await openAtOnce(server, how);
    } catch (error) {
      const isBusy = error instanceof MailferryError && error.code === 'POP3_MAILDROP_BUSY';
      if (!isBusy || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

/** The session is the caller's, who ends it. @throws also if only another session is in the way */
export async function openAtOnce(server: RunningServer, how: HowToLogIn): Promise<Pop3Session> {
  const { signal } = new AbortController();
  return await openSession(accountOf(server, how), accessTo(server, how), pop3BySocket, signal);
}

/** A run of the whole import, without parsing, into an archive and a ledger below `folder`. */
export async function importInto(
  folder: string,
  server: RunningServer,
  how: HowToLogIn,
  changes: Partial<Account> = {},
): Promise<RunRecord> {
  const spoolDirectory = await openArchiveFolder(folder);
  const { ledger, lease, close } = openSqliteLedger(join(folder, 'ledger.db'), 'write');
  const { signal } = new AbortController();
  const access = accessTo(server, how);
  const ports = {
    pop3: pop3BySocket,
    access: { get: async () => access, renew: async () => undefined },
    blobs: new FolderBlobStore(folder),
    ledger,
    lease,
    parseQueue: { enqueue: async () => undefined },
    spoolDirectory,
    ownerName: localOwnerName(),
    now: Date.now,
    newRunId: () => ulid(),
  };
  try {
    const account = { ...accountOf(server, how), ...changes };
    return await importAccount(account, ports, { stop: signal, abort: signal });
  } finally {
    close();
  }
}

function accountOf(server: RunningServer, { user, tls = 'none', method }: HowToLogIn): Account {
  const plain = accountAt(server.port);
  const port = tls === 'implicit' ? (server.tlsPort ?? 0) : server.port;
  // The certificate is good for 127.0.0.1 too.
  return { ...plain, port, tls, user, caFile: server.caFile, auth: { ...plain.auth, method } };
}

const NEEDS_TOKEN: readonly (LoginMethod | undefined)[] = ['XOAUTH2', 'OAUTHBEARER'];

function accessTo(server: RunningServer, { user, method, password = server.password }: HowToLogIn): Access {
  const rest = { clientCertificate: undefined, proxyPassword: undefined };
  if (!NEEDS_TOKEN.includes(method))
    return { credential: { kind: 'password', password: new Secret(password) }, ...rest };
  const token = new Secret(server.accessToken?.(user) ?? '');
  return { credential: { kind: 'access-token', token }, ...rest };
}
