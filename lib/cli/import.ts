// `mailferry import`: one run of each account named, or of all of them.

import type { Command } from 'commander';
import type { Account } from '../core/account.ts';
import { describeError } from '../core/errors.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { addCatalogOption, withCatalog } from './catalog-option.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { toPreviewJson } from './deletion-report.ts';
import { describeCliError, EXIT_FAILED, EXIT_OK, exitCodeFor } from './exit.ts';
import { importEach } from './import-each.ts';
import type { ImportedAccount, ImportEachOptions } from './import-each.ts';
import { openArchive, openArchiveForDryRun } from './open/open-archive.ts';
import type { OpenArchive } from './open/open-archive.ts';
import { parseCount, parseDuration } from './option-values.ts';
import { finishParsing } from './parsing/finish-parsing.ts';
import { printJson } from './print-json.ts';
import { describeImported, toRunJson } from './report.ts';
import { startRunClock } from './run-clock.ts';
import { watchSignals } from './signals.ts';
import { addTraceOption, openTrace } from './trace.ts';

interface ImportFlags {
  readonly config: string;
  readonly dryRun?: boolean;
  /** `--no-delete` */
  readonly delete: boolean;
  readonly maxMessages?: number;
  /** `--time`, in milliseconds. */
  readonly time?: number;
  readonly catalog?: Config['catalog'];
  readonly trace?: string;
  readonly json?: boolean;
}

export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .description('fetch new mail of every account, or of those named, into the archive')
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--dry-run', 'connect, list and decide, but fetch, delete and write nothing')
    .option('--no-delete', 'delete nothing on the server in this run, whatever onServer says')
    .option('--max-messages <n>', 'fetch at most n messages of each account', parseCount)
    .option('--time <duration>', 'end properly within 90s, 10m, 2h: for all accounts together', parseDuration)
    .option('--json', 'print the run records as one JSON document');
  addCatalogOption(command);
  addTraceOption(command).action(async (ids: string[], flags: ImportFlags) => {
    process.exitCode = await runImport(ids, flags);
  });
}

/** @throws config-scope errors; everything later is in the report and the exit code */
async function runImport(ids: readonly string[], flags: ImportFlags): Promise<number> {
  const config = withCatalog(loadConfig(flags.config), flags.catalog);
  const accounts = chooseAccounts(config.accounts, ids).map((account) =>
    withMaxMessages(account, flags.maxMessages),
  );
  const trace = openTrace(flags.trace);
  const signals = watchSignals();
  const clock = startRunClock(signals, flags.time);
  try {
    let archive;
    try {
      archive = flags.dryRun ? await openArchiveForDryRun(config) : await openArchive(config);
    } catch (error) {
      return failedToOpen(error, flags);
    }
    try {
      return await importInto(archive, accounts, flags, { clock, trace });
    } finally {
      await archive.close();
    }
  } finally {
    clock.close();
    signals.close();
    trace.close();
  }
}

async function importInto(
  archive: OpenArchive,
  accounts: readonly Account[],
  flags: ImportFlags,
  { clock, trace }: Pick<ImportEachOptions, 'clock' | 'trace'>,
): Promise<number> {
  const { ports, parsing } = archive;
  const dryRun = flags.dryRun ?? false;
  const noDelete = !flags.delete;
  clock.abort.addEventListener('abort', () => void parsing?.abandon());
  parsing?.resume();
  const imported: ImportedAccount[] = [];
  const live = process.stderr.isTTY && !flags.json;
  for await (const account of importEach(accounts, ports, { dryRun, noDelete, clock, trace, live })) {
    imported.push(account);
    if (!flags.json) console.log(await describeImported(account, { dryRun, noDelete, ledger: ports.ledger }));
  }
  const parsed = await finishParsing(parsing);
  if (flags.json) printJson(toReport(imported, parsed));
  const isGood = imported.every(({ run }) => run?.outcome === 'complete') && parsed.error === undefined;
  return isGood ? EXIT_OK : EXIT_FAILED;
}

function toReport(imported: readonly ImportedAccount[], parsing: object): object {
  const failures = imported.flatMap(({ account, failure }) =>
    failure ? [{ account: account.id, error: failure }] : [],
  );
  const previews = imported.flatMap(({ account, preview }) =>
    preview ? [{ account: account.id, ...toPreviewJson(preview) }] : [],
  );
  return {
    runs: imported.flatMap(({ run }) => (run ? [toRunJson(run)] : [])),
    ...(previews.length > 0 && { previews }),
    failures,
    parsing,
  };
}

function withMaxMessages(account: Account, maxMessages: number | undefined): Account {
  if (maxMessages === undefined) return account;
  const runMessages = Math.min(maxMessages, account.limits.runMessages ?? maxMessages);
  return { ...account, limits: { ...account.limits, runMessages } };
}

function failedToOpen(error: unknown, flags: ImportFlags): number {
  process.stderr.write(`${describeCliError(error)}\n`);
  if (flags.json) printJson({ runs: [], failures: [], error: describeError(error) });
  return exitCodeFor(error);
}
