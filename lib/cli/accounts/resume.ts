// `mailferry accounts resume`: ends the suspension and the back-off of accounts, so that they are polled in their next turn.
// For when what was wrong is mended outside the configuration: a password in its store, a mailbox that was locked.

import type { Command } from 'commander';
import { loadConfig } from '../../config/load-config.ts';
import type { AccountId } from '../../core/account.ts';
import { ACCOUNT_ID_PATTERN } from '../../core/account.ts';
import { MailferryError } from '../../core/errors.ts';
import type { AccountDirectory } from '../../ports/directory.ts';
import { EXIT_OK } from '../exit.ts';
import { openAccountDirectory } from '../open/open-account-directory.ts';

interface ResumeFlags {
  readonly config: string;
}

export function addResumeCommand(accounts: Command): void {
  accounts
    .command('resume')
    .description('poll accounts again in their next turn, though they are suspended or backed off')
    .argument('<account...>', 'ids of accounts in the table')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .action(async (ids: string[], flags: ResumeFlags) => {
      process.exitCode = await resume(ids, flags);
    });
}

/** @throws config-scope errors, with nothing resumed then; LEDGER_FAILED */
async function resume(ids: readonly string[], { config: path }: ResumeFlags): Promise<number> {
  const { directory, close } = await openAccountDirectory(loadConfig(path).ledger);
  try {
    const found = await findAll(ids, directory);
    for (const { id, isPaused } of found) {
      await directory.resume(id);
      console.log(
        isPaused
          ? `${id}: resumed, but it is paused in its configuration`
          : `${id}: is polled in its next turn`,
      );
    }
    return EXIT_OK;
  } finally {
    close();
  }
}

/** @throws ACCOUNT_UNKNOWN that names all that are not there */
async function findAll(
  ids: readonly string[],
  directory: Pick<AccountDirectory, 'view'>,
): Promise<{ readonly id: AccountId; readonly isPaused: boolean }[]> {
  const found: { id: AccountId; isPaused: boolean }[] = [];
  const unknown: string[] = [];
  for (const text of new Set(ids)) {
    const id = text as AccountId;
    const applied = ACCOUNT_ID_PATTERN.test(text) ? (await directory.view(id)).applied : undefined;
    if (applied === undefined) unknown.push(text);
    else found.push({ id, isPaused: applied.account.paused });
  }
  if (unknown.length === 0) return found;
  throw new MailferryError(
    `no account ${unknown.map((id) => `"${id}"`).join(', ')} in the table: nothing is resumed`,
    {
      code: 'ACCOUNT_UNKNOWN',
      scope: 'config',
      retryable: false,
      hint: 'mailferry accounts list names those that are there',
    },
  );
}
