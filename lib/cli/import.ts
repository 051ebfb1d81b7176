// `mailferry import`: one run of each account named, or of all of them.

import type { Command } from 'commander';
import type { Account } from '../core/account.ts';
import { describeError, MailferryError } from '../core/errors.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { RunRecord } from '../core/record.ts';
import { loadConfig } from '../config/load-config.ts';
import { importAccount } from '../import/import-account.ts';
import type { ImportObserver } from '../import/import-account.ts';
import { describeCliError, EXIT_FAILED, EXIT_OK } from './exit.ts';
import { watchSignals } from './signals.ts';
import type { SignalWatch } from './signals.ts';
import { formatCount } from './format.ts';
import { openLocalArchive } from './local-archive.ts';
import type { LocalArchive } from './local-archive.ts';
import { Progress } from './progress.ts';
import { describePlan, describeRun } from './report.ts';

interface ImportFlags {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly maxMessages?: number;
  readonly json?: boolean;
}

export function addImportCommand(program: Command, parseCount: (text: string) => number): void {
  program
    .command('import')
    .description('fetch new mail of every account, or of those named, into the archive')
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--dry-run', 'connect, list and decide, but fetch and write nothing')
    .option('--max-messages <n>', 'fetch at most n messages of each account', parseCount)
    .option('--json', 'print the run records as one JSON document')
    .action(async (ids: string[], flags: ImportFlags) => {
      process.exitCode = await runImport(ids, flags);
    });
}

/** @throws config-scope errors; everything later is in the report and the exit code */
async function runImport(ids: readonly string[], flags: ImportFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids).map((account) =>
    withMaxMessages(account, flags.maxMessages),
  );
  let archive;
  try {
    archive = await openLocalArchive(config);
  } catch (error) {
    return failedToOpen(error, flags);
  }
  const signals = watchSignals();
  const { parsing } = archive;
  signals.abort.addEventListener('abort', () => void parsing.abandon());
  try {
    const runs = await importAccounts(accounts, archive, flags, signals);
    const parsed = await finishParsing(archive);
    if (flags.json) printJson({ runs, parsing: parsed });
    return runs.every(({ outcome }) => outcome === 'complete') && !parsed.error ? EXIT_OK : EXIT_FAILED;
  } finally {
    signals.close();
    await archive.close();
  }
}

async function importAccounts(
  accounts: readonly Account[],
  archive: LocalArchive,
  flags: ImportFlags,
  signals: SignalWatch,
): Promise<RunRecord[]> {
  if (!flags.dryRun) archive.parsing.resume();
  const runs: RunRecord[] = [];
  for (const account of accounts) {
    const progress = new Progress({
      accountId: account.id,
      stream: process.stderr,
      live: process.stderr.isTTY && !flags.json,
    });
    let plan: readonly PlannedMessage[] = [];
    const observer: ImportObserver = {
      octets: (count) => {
        progress.octets(count);
      },
      decided: () => {
        progress.decided();
      },
      warned: (message) => {
        progress.warned(message);
      },
      planned: (messages) => {
        plan = messages;
        if (!flags.dryRun) progress.planned(messages);
      },
    };
    try {
      runs.push(
        await importAccount(account, archive.ports, {
          dryRun: flags.dryRun ?? false,
          stop: signals.stop,
          abort: signals.abort,
          observer,
        }),
      );
    } finally {
      progress.close();
    }
    const run = runs.at(-1);
    if (flags.json || !run) continue;
    if (flags.dryRun) console.log(describePlan(account.id, plan));
    console.log(describeRun(run));
  }
  return runs;
}

/** Parsing goes on beside the import; here it ends. Its failures are told, and never lose a message. */
async function finishParsing(archive: LocalArchive): Promise<{ failed: number; error?: string }> {
  try {
    const { failed } = await archive.parsing.drain();
    if (failed > 0) {
      process.stderr.write(
        `${formatCount(failed, 'message')} could not be parsed: the raw mail is stored, the JSON says parse-failed\n`,
      );
    }
    return { failed };
  } catch (error) {
    process.stderr.write(
      `${describeCliError(error)}\nthe raw mail is stored; parsing goes on with the next run\n`,
    );
    return { failed: 0, error: describeError(error) };
  }
}

function chooseAccounts(accounts: readonly Account[], ids: readonly string[]): readonly Account[] {
  const unknown = ids.filter((id) => !accounts.some((account) => account.id === id));
  if (unknown.length > 0) {
    throw new MailferryError(
      `no account ${unknown.map((id) => `"${id}"`).join(', ')} in the configuration; it has: ${accounts.map(({ id }) => id).join(', ')}`,
      { code: 'ACCOUNT_UNKNOWN', scope: 'config', retryable: false },
    );
  }
  return ids.length === 0 ? accounts : accounts.filter(({ id }) => ids.includes(id));
}

function withMaxMessages(account: Account, maxMessages: number | undefined): Account {
  if (maxMessages === undefined) return account;
  const runMessages = Math.min(maxMessages, account.limits.runMessages ?? maxMessages);
  return { ...account, limits: { ...account.limits, runMessages } };
}

function failedToOpen(error: unknown, flags: ImportFlags): number {
  process.stderr.write(`${describeCliError(error)}\n`);
  if (flags.json) printJson({ runs: [], error: describeError(error) });
  return EXIT_FAILED;
}

function printJson(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
