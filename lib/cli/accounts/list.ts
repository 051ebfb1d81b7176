// `mailferry accounts list`: the accounts that are polled in AWS, from the index that the dispatcher goes by. It may be a
// moment late, and an account that is well renews its last success within the hour, not at each poll.

import type { Command } from 'commander';
import { loadConfig } from '../../config/load-config.ts';
import type { ScheduledAccount } from '../../ports/directory.ts';
import { EXIT_OK } from '../exit.ts';
import { openAccountDirectory } from '../open/open-account-directory.ts';
import { printJson } from '../print-json.ts';
import { describeScheduled, toScheduledJson } from './describe-scheduled.ts';

interface ListFlags {
  readonly config: string;
  readonly json?: boolean;
}

export function addListCommand(accounts: Command): void {
  accounts
    .command('list')
    .description('the accounts in the table: schedule, last success, what keeps them from being polled')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--json', 'print one JSON document')
    .action(async (flags: ListFlags) => {
      process.exitCode = await list(flags);
    });
}

/** @throws config-scope errors, LEDGER_FAILED */
async function list({ config: path, json = false }: ListFlags): Promise<number> {
  const { directory, close } = await openAccountDirectory(loadConfig(path).ledger);
  // One that changes its slot just now may be seen in both.
  const found = new Map<string, ScheduledAccount>();
  try {
    for await (const account of directory.list()) found.set(account.id, account);
  } finally {
    close();
  }
  const accounts = [...found.values()].sort(({ id }, { id: other }) => (id < other ? -1 : 1));
  if (json) printJson(toScheduledJson(accounts, Date.now()));
  else console.log(describeScheduled(accounts, Date.now()));
  return EXIT_OK;
}
