// `mailferry rebuild-ledger`: completes a ledger, or makes a lost one again, from the messages in the archive alone.

import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Account } from '../core/account.ts';
import { rebuildAccount } from '../rebuild/rebuild-account.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { describeRebuilt, isWhole, toRebuildJson } from './describe-rebuild.ts';
import type { RebuiltAccount } from './describe-rebuild.ts';
import { eachAccount, exitOnAbort, isAllDone } from './each-account.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { formatCount } from './format.ts';
import { openRebuild } from './open/open-rebuild.ts';
import type { OpenRebuild } from './open/open-rebuild.ts';
import { finishParsing } from './parsing/finish-parsing.ts';
import { printJson } from './print-json.ts';
import { watchSignals } from './signals.ts';
import type { SignalWatch } from './signals.ts';

interface RebuildFlags {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addRebuildLedgerCommand(program: Command): void {
  program
    .command('rebuild-ledger')
    .description('record what is in the archive and not in the ledger; exit code 1 if a message is damaged')
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--dry-run', 'read and prove every message that is not recorded, and write nothing')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], flags: RebuildFlags) => {
      process.exitCode = await rebuild(ids, flags);
    });
}

/** @throws config-scope errors, and what keeps archive or ledger from being opened */
async function rebuild(ids: readonly string[], flags: RebuildFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids);
  const signals = watchSignals();
  try {
    const open = await openRebuild(config, flags.dryRun ?? false);
    try {
      return await rebuildEach(accounts, open, signals, flags);
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}

async function rebuildEach(
  accounts: readonly Account[],
  { ports, parsing }: OpenRebuild,
  signals: SignalWatch,
  { dryRun = false, json = false }: RebuildFlags,
): Promise<number> {
  const { stop } = signals;
  exitOnAbort(signals);
  const describe = (turn: RebuiltAccount): string => describeRebuilt(turn, dryRun);
  const rebuilt = await eachAccount(accounts, { stop, json, describe }, async ({ id }, progress) => {
    let done = 0;
    const onDone = (): void => {
      done += 1;
      progress.show(() => `${formatCount(done, 'message')} looked at`);
    };
    return await rebuildAccount(id, ports, { dryRun, stop, onDone });
  });
  const parsed = await finishParsing(parsing);
  const isGood = isAllDone(accounts, rebuilt, isWhole, parsed);
  if (json) printJson(toRebuildJson(rebuilt, parsed, isGood));
  return isGood ? EXIT_OK : EXIT_FAILED;
}
