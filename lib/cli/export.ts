// `mailferry export`: the messages of the archive as files that other mail systems take, each proven on its way out.

import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import type { ArchiveDate } from '../core/record.ts';
import { exportAccount } from '../export/export-account.ts';
import type { ExportReport } from '../export/export-report.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { describeExported, describePlace, isWhole, toExportJson } from './describe-export.ts';
import type { ExportedAccount } from './describe-export.ts';
import { eachAccount } from './each-account.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { parseDay, parseExportPlace } from './export-options.ts';
import type { ExportPlace } from './export-options.ts';
import { formatCount, formatOctets } from './format.ts';
import { openExport } from './open/open-export.ts';
import type { OpenExport } from './open/open-export.ts';
import { printJson } from './print-json.ts';
import { watchSignals } from './signals.ts';

interface ExportFlags {
  readonly config: string;
  readonly to: ExportPlace;
  readonly since?: ArchiveDate;
  readonly until?: ArchiveDate;
  readonly json?: boolean;
}

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description(
      'write the messages of the archive for another mail system; exit code 1 if one of them is damaged',
    )
    .argument('[account...]', 'ids of accounts in the configuration')
    .requiredOption('--to <place>', 'mbox:FILE (a new one), maildir:DIR or eml:DIR', parseExportPlace)
    .option('--since <day>', 'the first day: when a message was received, as its folder dt= says', parseDay)
    .option('--until <day>', 'the last day', parseDay)
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], flags: ExportFlags) => {
      process.exitCode = await exportMail(ids, flags);
    });
}

/** @throws config-scope errors, and what keeps archive or target from being opened */
async function exportMail(ids: readonly string[], flags: ExportFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids);
  const signals = watchSignals();
  try {
    const open = await openExport(config, flags.to);
    // A file that is not whole is taken away by the next export to it, and a folder is gone on with.
    signals.abort.addEventListener('abort', () => process.exit(EXIT_FAILED));
    try {
      return await exportEach(accounts, open, signals.stop, flags);
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}

async function exportEach(
  accounts: readonly Account[],
  open: OpenExport,
  stop: AbortSignal,
  flags: ExportFlags,
): Promise<number> {
  const { to: place, json = false } = flags;
  const exported = await takeEach(accounts, open, stop, flags);
  const isThrough =
    exported.length === accounts.length && exported.every(({ result }) => result !== undefined);
  const isWritten = await open.finish(isThrough);
  const complete = isThrough && isWritten && exported.every(isWhole);
  if (json) printJson(toExportJson(exported, { place, isWritten, complete }));
  else console.log(`\n${describePlace(place, isWritten)}`);
  return complete ? EXIT_OK : EXIT_FAILED;
}

async function takeEach(
  accounts: readonly Account[],
  { blobs, target }: OpenExport,
  stop: AbortSignal,
  { since, until, json = false }: ExportFlags,
): Promise<readonly ExportedAccount[]> {
  const futile = new AbortController();
  const options = { stop: AbortSignal.any([stop, futile.signal]), json, describe: describeExported };
  return await eachAccount<ExportReport>(accounts, options, async ({ id }, progress) => {
    try {
      return await exportAccount(
        id,
        { blobs, target },
        {
          since,
          until,
          stop,
          onDone: ({ exported, present, octets }) => {
            progress.show(
              () =>
                `${formatCount(exported, 'message')} exported, ${formatOctets(octets)}; ${present.toLocaleString('en')} there before`,
            );
          },
        },
      );
    } catch (error) {
      // Nothing more can be written there, or none of it would be kept.
      const isUnwritable = error instanceof MailferryError && error.code === 'EXPORT_UNWRITABLE';
      if (isUnwritable || target.isOrdered) futile.abort();
      throw error;
    }
  });
}
