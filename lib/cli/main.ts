#!/usr/bin/env node
// The command line: reads the arguments, hands over to one file per command, turns errors into exit codes.

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAccountsCommands } from './accounts/accounts.ts';
import { addAuditCommand } from './audit.ts';
import { addDoctorCommand } from './doctor.ts';
import { describeCliError, EXIT_OK, EXIT_USAGE, exitCodeFor } from './exit.ts';
import { addExportCommand } from './export.ts';
import { addImportCommand } from './import.ts';
import { addInitCommand } from './init.ts';
import { addLoginCommand } from './login.ts';
import { addMoveCommand } from './move.ts';
import { addRebuildLedgerCommand } from './rebuild-ledger.ts';
import { addRetryCommand } from './retry.ts';
import { addStatusCommand } from './status.ts';

function packageVersion(): string {
  // From dist/lib/cli/ in a package, from lib/cli/ in the sources.
  const up = import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json';
  const text = readFileSync(new URL(up, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const program = new Command('mailferry')
  .description(
    'Copies mail out of POP3 mailboxes into storage you control: every message once, byte for byte.',
  )
  .version(packageVersion())
  .exitOverride()
  .showHelpAfterError();
addInitCommand(program);
addImportCommand(program);
addLoginCommand(program);
addDoctorCommand(program);
addStatusCommand(program);
addRetryCommand(program);
addAuditCommand(program);
addExportCommand(program);
addMoveCommand(program);
addRebuildLedgerCommand(program);
addAccountsCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  } else {
    process.stderr.write(`${describeCliError(error)}\n`);
    process.exitCode = exitCodeFor(error);
  }
}
