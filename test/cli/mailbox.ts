// A mailbox on this machine, a configuration for it, and the built command line: what the tests of the commands share.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertBalanced } from '../support/agreement.ts';
import { readArchive } from '../support/archive-snapshot.ts';
import type { ArchiveSnapshot } from '../support/archive-snapshot.ts';
import { runCli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { runImportOfOne, startImport, writeConfig } from '../support/import-run.ts';
import type { ConfiguredAccount, ImportResult, ReportedRun } from '../support/import-run.ts';
import type { RunningCli } from '../support/cli.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { openLedgerFile } from '../support/sqlite-ledger-file.ts';
import type { SqliteLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const USER = 'ann';
const PASSWORD = 'correct horse';
/** The one that `writeConfig` refers to. */
const PASSWORD_VARIABLE = 'MAILFERRY_TEST_PASSWORD';

export interface Mailbox extends AsyncDisposable {
  readonly server: Pop3TestServer;
  /** Of the configuration; the archive is `mail` in it. */
  readonly folder: string;
  readonly archiveFolder: string;
  readonly configFile: string;
  /** `mailferry import --json` of the one account, to its end. */
  run(...args: readonly string[]): Promise<ImportResult & { readonly run: ReportedRun }>;
  /** The same, only started. */
  start(...args: readonly string[]): RunningCli;
  /** Any command, with the configuration named. */
  cli(...args: readonly string[]): Promise<CliResult>;
  archive(): Promise<ArchiveSnapshot>;
  /** The ledger, to set a scene. */
  ledger(): SqliteLedgerFile;
}

/** @param account what is not as usual in its configuration; its id is `test` */
export async function openMailbox(
  maildrop: TestMessage[],
  faults: Pop3Faults = {},
  account: Partial<ConfiguredAccount> = {},
): Promise<Mailbox> {
  const folder = await temporaryFolder();
  const server = await startPop3Server({ maildrop, user: USER, password: PASSWORD, faults });
  const configFile = await writeConfig(folder.path, { port: server.port, user: USER, ...account });
  const archiveFolder = join(folder.path, 'mail');
  const env = { [PASSWORD_VARIABLE]: PASSWORD };
  return {
    server,
    folder: folder.path,
    archiveFolder,
    configFile,
    run: async (...args) => await runImportOfOne({ configFile, password: PASSWORD, args }),
    start: (...args) => startImport({ configFile, password: PASSWORD, args }),
    cli: async (...args) => await runCli([...args, '--config', configFile], { env }),
    archive: async () => await readArchive(archiveFolder),
    ledger: () => openLedgerFile(join(archiveFolder, 'ledger.db'), { now: Date.now }),
    [Symbol.asyncDispose]: async () => {
      try {
        await server.close();
      } finally {
        await folder[Symbol.asyncDispose]();
      }
    },
  };
}

export function mail(number: number, bodyOctets = 20): Buffer {
  const head = `From: a@example.org\r\nDate: Thu, 02 Jan 2025 03:04:${String(number % 60).padStart(2, '0')} +0000\r\n`;
  return Buffer.from(`${head}Subject: letter ${number}\r\n\r\n${'x'.repeat(bodyOctets)}\r\n`);
}

export function mails(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => mail(index + 1));
}

/** The counts named, all others zero. */
export function assertCounts({ counts }: ReportedRun, expected: Readonly<Record<string, number>>): void {
  assertBalanced(counts);
  assert.deepEqual(Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)), expected);
}
