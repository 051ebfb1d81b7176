// `mailferry accounts`: the accounts that functions in AWS poll by themselves. Each subcommand is a file beside this one.

import type { Command } from 'commander';
import { addApplyCommand } from './apply.ts';
import { addListCommand } from './list.ts';
import { addResumeCommand } from './resume.ts';

export function addAccountsCommands(program: Command): void {
  const accounts = program
    .command('accounts')
    .description('the accounts that are polled in AWS, in the table that the ledger is in');
  addApplyCommand(accounts);
  addListCommand(accounts);
  addResumeCommand(accounts);
}
