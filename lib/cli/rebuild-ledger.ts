// `mailferry rebuild-ledger`: completes a ledger, or makes a lost one again, from the messages in the archive alone.

import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Account } from '../core/account.ts';
import { toRunError } from '../core/run-error.ts';
import { rebuildAccount } from '../rebuild/rebuild-account.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { CountProgress } from './count-progress.ts';
import { describeRebuilt, isWhole, toRebuildJson } from './describe-rebuild.ts';
import type { RebuiltAccount } from './describe-rebuild.ts';
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
  open: OpenRebuild,
  signals: SignalWatch,
  flags: RebuildFlags,
): Promise<number> {
  // Whatever is cut off is taken up by the next one.
  signals.abort.addEventListener('abort', () => process.exit(EXIT_FAILED));
  const dryRun = flags.dryRun ?? false;
  const rebuilt: RebuiltAccount[] = [];
  for (const account of accounts) {
    const result = await rebuildOne(account, open, signals.stop, flags);
    rebuilt.push(result);
    if (!flags.json) console.log(`${rebuilt.length > 1 ? '\n' : ''}${describeRebuilt(result, dryRun)}`);
    if (signals.stop.aborted) break;
  }
  const parsed = await finishParsing(open.parsing);
  if (flags.json) printJson(toRebuildJson(rebuilt, parsed));
  const isGood = rebuilt.length === accounts.length && rebuilt.every(isWhole) && parsed.error === undefined;
  return isGood ? EXIT_OK : EXIT_FAILED;
}

/** What goes wrong with one account keeps no other from being rebuilt. */
async function rebuildOne(
  { id }: Account,
  { ports }: OpenRebuild,
  stop: AbortSignal,
  { dryRun = false, json = false }: RebuildFlags,
): Promise<RebuiltAccount> {
  const progress = new CountProgress(id, process.stderr, process.stderr.isTTY && !json);
  let done = 0;
  const onDone = (): void => {
    done += 1;
    progress.show(() => `${formatCount(done, 'message')} looked at`);
  };
  try {
    const report = await rebuildAccount(id, ports, { dryRun, stop, onDone });
    return { account: id, report, failure: undefined };
  } catch (error) {
    return { account: id, report: undefined, failure: toRunError(error) };
  } finally {
    progress.close();
  }
}
