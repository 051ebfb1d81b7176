// `mailferry accounts apply`: makes the accounts that are polled in AWS those of the configuration, and tells what changed.

import { Option } from 'commander';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load-config.ts';
import { EXIT_OK } from '../exit.ts';
import { openAccountDirectory } from '../open/open-account-directory.ts';
import { printJson } from '../print-json.ts';
import { applyAccounts } from './apply-accounts.ts';
import { toDeployableAccounts } from '../../config/deployable-accounts.ts';
import { describeDiff, toDiffJson } from './describe-diff.ts';
import { parsePrune } from './prune.ts';
import type { Prune } from './prune.ts';

interface ApplyFlags {
  readonly config: string;
  readonly prune?: Prune;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addApplyCommand(accounts: Command): void {
  accounts
    .command('apply')
    .description('put the accounts of the configuration into the table, and tell what changes')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .addOption(
      new Option(
        '--prune [most]',
        'remove the accounts that are in the table and not in the configuration; no mail goes; ' +
          'more than 10 or than half of all only if it says how many at most, or all',
      )
        .preset('few')
        .argParser(parsePrune),
    )
    .option('--dry-run', 'only tell what would change')
    .option('--json', 'print one JSON document')
    .action(async (flags: ApplyFlags) => {
      process.exitCode = await apply(flags);
    });
}

/** @throws config-scope errors, LEDGER_FAILED */
async function apply({
  config: path,
  prune = 'none',
  dryRun = false,
  json = false,
}: ApplyFlags): Promise<number> {
  const config = loadConfig(path);
  const { directory, close } = await openAccountDirectory(config.ledger);
  try {
    const accounts = toDeployableAccounts(config.accounts);
    const diff = await applyAccounts({ accounts, directory, prune, dryRun });
    if (json) printJson(toDiffJson(diff, dryRun));
    else console.log(describeDiff(diff, dryRun));
    return EXIT_OK;
  } finally {
    close();
  }
}
