// `mailferry status`: how every account is doing. Reads the ledger only: no network, and nothing changes.

import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { needsAttention, readAccountStatus } from './account-status.ts';
import type { AccountStatus } from './account-status.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { openLedger } from './open/open-ledger.ts';
import { parseDuration } from './option-values.ts';
import { printJson } from './print-json.ts';
import { describeStatus, toStatusJson } from './status-report.ts';

interface StatusFlags {
  readonly config: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** In milliseconds. */
  readonly staleAfter: number;
}

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('tell how the accounts are doing; exit code 1 if one needs attention')
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option(
      '--stale-after <duration>',
      'an account without success for so long is stale; an hour is added, for a success is noted once an hour at most (default: 24h)',
      parseDuration,
      parseDuration('24h'),
    )
    .option('--verbose', 'name every failed and quarantined message')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], flags: StatusFlags) => {
      process.exitCode = await showStatus(ids, flags);
    });
}

/** @throws config-scope errors, LEDGER_FAILED */
async function showStatus(ids: readonly string[], flags: StatusFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids);
  const { ledger, leaseInForce, close } = await openLedger(config.ledger, 'read');
  const rules = { now: Date.now(), staleAfterMs: flags.staleAfter, leaseInForce };
  const statuses: AccountStatus[] = [];
  try {
    for (const { id } of accounts) statuses.push(await readAccountStatus(id, ledger, rules));
  } finally {
    close();
  }
  const verbose = flags.verbose ?? false;
  if (flags.json) printJson(toStatusJson(statuses, verbose));
  else console.log(describeStatus(statuses, { now: rules.now, verbose }));
  return statuses.some(needsAttention) ? EXIT_FAILED : EXIT_OK;
}
