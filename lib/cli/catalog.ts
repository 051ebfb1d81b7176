// `mailferry catalog compact`: many small files of the catalog become few. Never touches mail or documents.

import type { Command } from 'commander';
import { compactAccount } from '../catalog/compact-account.ts';
import type { CompactReport } from '../catalog/compact-account.ts';
import { loadConfig } from '../config/load-config.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { describeCompacted, isCompacted, toCompactJson } from './describe-compact.ts';
import { eachAccount, exitOnAbort } from './each-account.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { openCatalog } from './open/open-catalog.ts';
import { printJson } from './print-json.ts';
import { watchSignals } from './signals.ts';

interface CompactFlags {
  readonly config: string;
  readonly json?: boolean;
}

export function addCatalogCommands(program: Command): void {
  const catalog = program.command('catalog').description('the rows of messages, for SQL: see docs/query.md');
  catalog
    .command('compact')
    .description('make one file of many small ones of a day; exit code 1 if a file could not be read')
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], flags: CompactFlags) => {
      process.exitCode = await compact(ids, flags);
    });
}

/** @throws config-scope errors, and what keeps the archive from being opened */
async function compact(
  ids: readonly string[],
  { config: path, json = false }: CompactFlags,
): Promise<number> {
  const config = loadConfig(path);
  const accounts = chooseAccounts(config.accounts, ids);
  const signals = watchSignals();
  try {
    const open = await openCatalog(config);
    try {
      exitOnAbort(signals);
      const { stop } = signals;
      const options = { stop, json, describe: describeCompacted };
      const turns = await eachAccount<CompactReport>(
        accounts,
        options,
        async ({ id }) => await compactAccount(id, open.ports, { stop }),
      );
      const complete = turns.length === accounts.length && turns.every(isCompacted);
      if (json) printJson(toCompactJson(turns, complete));
      return complete ? EXIT_OK : EXIT_FAILED;
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}
