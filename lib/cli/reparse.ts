// `mailferry reparse`: makes parsed documents and attachments again from the messages in the archive.

import type { Command } from 'commander';
import { Option } from 'commander';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Account } from '../core/account.ts';
import type { ArchiveDate } from '../core/record.ts';
import { reparseAccount } from '../reparse/reparse-account.ts';
import type { ReparseCounts } from '../reparse/reparse-report.ts';
import { addCatalogOption, withCatalog } from './catalog-option.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { describeReparsed, isWhole, toReparseJson } from './describe-reparse.ts';
import { eachAccount, exitOnAbort } from './each-account.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { parseDay } from './export-options.ts';
import { formatCount, formatOctets } from './format.ts';
import { openReparse } from './open/open-reparse.ts';
import type { OpenReparse } from './open/open-reparse.ts';
import { parseCount } from './option-values.ts';
import { tellOfCatalog } from './parsing/finish-parsing.ts';
import { printJson } from './print-json.ts';
import { watchSignals } from './signals.ts';
import type { SignalWatch } from './signals.ts';

interface ReparseFlags {
  readonly config: string;
  readonly account?: readonly string[];
  readonly missing?: boolean;
  readonly outdated?: boolean;
  readonly since?: ArchiveDate;
  readonly workers?: number;
  readonly catalog?: Config['catalog'];
  readonly json?: boolean;
}

export function addReparseCommand(program: Command): void {
  const command = program
    .command('reparse')
    .description(
      'make parsed documents and attachments again from the stored messages; exit code 1 if one could not be made',
    )
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('--account <id...>', 'the same')
    .option('--missing', 'only messages without a document')
    .addOption(
      new Option(
        '--outdated',
        'only messages without a document of this version of the parser, or with one that says it failed',
      ).conflicts('missing'),
    )
    .option(
      '--since <day>',
      'from this day on: when a message was received, as its folder dt= says',
      parseDay,
    )
    .option('--workers <n>', 'parse so many messages at a time', parseCount)
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--json', 'print one JSON document');
  addCatalogOption(command).action(async (ids: string[], flags: ReparseFlags) => {
    process.exitCode = await reparse([...ids, ...(flags.account ?? [])], flags);
  });
}

/** @throws config-scope errors, and what keeps archive or ledger from being opened */
async function reparse(ids: readonly string[], flags: ReparseFlags): Promise<number> {
  const config = withCatalog(loadConfig(flags.config), flags.catalog);
  const accounts = chooseAccounts(config.accounts, ids);
  const signals = watchSignals();
  try {
    const open = await openReparse(config, flags.workers);
    try {
      return await reparseEach(accounts, open, signals, flags);
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}

async function reparseEach(
  accounts: readonly Account[],
  { ports, atOnce, finishCatalog }: OpenReparse,
  signals: SignalWatch,
  { missing = false, outdated = false, since, json = false }: ReparseFlags,
): Promise<number> {
  const { stop } = signals;
  exitOnAbort(signals);
  const which = missing ? 'missing' : outdated ? 'outdated' : 'all';
  const options = { stop, json, describe: describeReparsed };
  const reparsed = await eachAccount(accounts, options, async ({ id }, progress) => {
    const startedAt = performance.now();
    const onDone = (counts: Readonly<ReparseCounts>): void => {
      progress.show(() => describeRate(counts, performance.now() - startedAt));
    };
    return await reparseAccount(id, ports, { which, since, atOnce, stop, onDone });
  });
  const catalog = await finishCatalog();
  if (catalog !== undefined) tellOfCatalog(catalog);
  const isGood =
    reparsed.length === accounts.length && reparsed.every(isWhole) && catalog?.error === undefined;
  if (json) printJson(toReparseJson(reparsed, catalog, isGood));
  return isGood ? EXIT_OK : EXIT_FAILED;
}

function describeRate(
  { written, unchanged, kept, failed, objects, octets }: Readonly<ReparseCounts>,
  elapsedMs: number,
): string {
  const parsed = written + unchanged + kept + failed;
  const seconds = Math.max(elapsedMs / 1000, 0.001);
  const rate = `${Math.round(parsed / seconds).toLocaleString('en')}/s`;
  return `${formatCount(objects, 'message')} looked at, ${parsed.toLocaleString('en')} parsed (${formatOctets(octets)}, ${rate})`;
}
