// A test server with mail in it, and an archive for it: what most tests of whole runs begin with.
// Never shared by two tests.

import { join } from 'node:path';
import { runImportOfOne, startImport, writeConfig } from './import-run.ts';
import type { ConfiguredAccount, ImportResult, ReportedRun } from './import-run.ts';
import type { RunningCli } from './cli.ts';
import { mailboxOf, type MailboxMessage } from './nothing-lost.ts';
import { startPop3Server, type Pop3TestServer } from './pop3-server.ts';
import type { Pop3Faults } from './pop3-server/faults.ts';
import type { TestMessage } from './pop3-server/maildrop.ts';
import { temporaryFolder } from './temporary-folder.ts';

const USER = 'reader';
const PASSWORD = 's3cret pass';

export interface LoadedServer extends AsyncDisposable {
  readonly server: Pop3TestServer;
  /** The archive's folder. */
  readonly archive: string;
  readonly configFile: string;
  /** What was in the maildrop at first. */
  readonly mailbox: readonly MailboxMessage[];
  /** Change the account's configuration for later runs. */
  configure(account: Partial<ConfiguredAccount>): Promise<void>;
  readonly start: (...args: readonly string[]) => RunningCli;
  readonly run: (...args: readonly string[]) => Promise<ImportResult & { readonly run: ReportedRun }>;
}

export interface LoadedServerOptions {
  readonly maildrop: TestMessage[];
  readonly account?: Partial<ConfiguredAccount>;
  readonly faults?: Pop3Faults;
}

/** The caller owns it: `await using`. */
export async function startLoadedServer(options: LoadedServerOptions): Promise<LoadedServer> {
  const { maildrop, account = {}, faults = {} } = options;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const server = stack.use(await startPop3Server({ maildrop, user: USER, password: PASSWORD, faults }));
  const configure = async (changed: Partial<ConfiguredAccount>): Promise<string> =>
    await writeConfig(folder.path, { port: server.port, user: USER, ...changed });
  const configFile = await configure(account);
  const owned = stack.move();
  return {
    server,
    archive: join(folder.path, 'mail'),
    configFile,
    mailbox: mailboxOf(maildrop),
    configure: async (changed) => void (await configure(changed)),
    start: (...args) => startImport({ configFile, password: PASSWORD, args }),
    run: async (...args) => await runImportOfOne({ configFile, password: PASSWORD, args }),
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}
