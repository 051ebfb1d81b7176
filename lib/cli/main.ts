// The command line, once `start` has done what comes first: reads the arguments, hands over to one file per command, turns errors into exit codes.

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { describeCliError, EXIT_OK, EXIT_USAGE, exitCodeFor } from './exit.ts';

/** Each loads what it needs when it is asked for: a poll that finds nothing new must not pay for an export. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  init: async () => (await import('./init.ts')).addInitCommand,
  import: async () => (await import('./import.ts')).addImportCommand,
  login: async () => (await import('./login.ts')).addLoginCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand,
  estimate: async () => (await import('./estimate.ts')).addEstimateCommand,
  status: async () => (await import('./status.ts')).addStatusCommand,
  retry: async () => (await import('./retry.ts')).addRetryCommand,
  audit: async () => (await import('./audit.ts')).addAuditCommand,
  catalog: async () => (await import('./catalog.ts')).addCatalogCommands,
  export: async () => (await import('./export.ts')).addExportCommand,
  move: async () => (await import('./move.ts')).addMoveCommand,
  'rebuild-ledger': async () => (await import('./rebuild-ledger.ts')).addRebuildLedgerCommand,
  reparse: async () => (await import('./reparse.ts')).addReparseCommand,
  accounts: async () => (await import('./accounts/accounts.ts')).addAccountsCommands,
};

/** The one that is named. Help takes all of them, and so does the answer to a command that there is not. */
function commandsFor(argument: string | undefined): readonly (typeof COMMANDS)[string][] {
  if (argument === '--version' || argument === '-V') return [];
  const named = Object.entries(COMMANDS).filter(([name]) => name === argument);
  return named.length > 0 ? named.map(([, load]) => load) : Object.values(COMMANDS);
}

function packageVersion(): string {
  // From dist/cli/ in a package, from lib/cli/ in the sources; and from dist/lib/cli/, where the compiler leaves a copy.
  const up = import.meta.url.endsWith('/dist/lib/cli/main.js')
    ? '../../../package.json'
    : '../../package.json';
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

for (const load of commandsFor(process.argv[2])) (await load())(program);

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
