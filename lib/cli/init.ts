// `mailferry init`: writes a commented mailferry.yaml to start from. Never overwrites one.

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describeError, MailferryError } from '../core/errors.ts';

export const EXAMPLE_CONFIG = `# Mailferry: which mailboxes to copy, and where to. Check it with: mailferry import --dry-run

# The folder the mail goes to. Relative paths start from the folder of this file.
# In AWS: s3://bucket or s3://bucket/prefix, and then the ledger has to be named.
archive: ./mail

# What was fetched already. Default: ledger.db inside the archive folder. In AWS: dynamodb://table
# ledger: ./mail/ledger.db

accounts:
  - id: billing                     # a-z, 0-9 and -; becomes part of every file's path
    host: pop.example.com
    # port: 995                     # default: 995 with tls: implicit, else 110
    # tls: implicit                 # implicit (default) | starttls (then mandatory) | none (needs insecure: true)
    # caFile: ./ca.pem              # trust only the certificate authorities in this file
    # allowPrivateNetwork: true     # the server is on this machine or on your own network
    user: billing@example.com
    auth:
      # Where the password is kept, never the password itself:
      #   env:NAME   file:PATH   command:PROGRAM ARGUMENTS (its output; for example command:pass show mail/billing)
      #   secretsmanager:ID[#json-key]   ssm:/path
      password: env:BILLING_PASSWORD
    # schedule: every 15 minutes    # for accounts polled in AWS: from every minute to every day, or
    #                               # { cron: "0 3 * * *", timezone: Europe/Berlin }
    # paused: true                  # not polled by schedule for now
    # onServer: { deleteAfterDays: 30 }   # keep (default) | delete | so many days after the import first saw it.
    #                               # Only what is stored and verified is deleted; see it first with: import --dry-run
    # pauseDeletions: true          # delete nothing for now, whatever onServer says
    # limits:
    #   messageBytes: 100MB         # larger messages are skipped, and counted as skipped
    #   runMessages: 10000          # the rest waits for the next run, and is counted as deferred
    #   runBytes: 5GB
    #   deletionsPerRun: 1000       # of the messages due, the rest waits for the next run
`;

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('write a commented mailferry.yaml to start from')
    .option('-c, --config <file>', 'the file to write', 'mailferry.yaml')
    .action(({ config }: { config: string }) => {
      writeExample(config);
      console.log(`wrote ${config}: put your mailbox in, then try: mailferry import --dry-run`);
    });
}

function writeExample(path: string): void {
  try {
    writeFileSync(path, EXAMPLE_CONFIG, { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new MailferryError(
      exists
        ? `${path} is there already, and is left as it is`
        : `cannot write ${path}: ${describeError(error)}`,
      {
        code: exists ? 'CONFIG_EXISTS' : 'CONFIG_UNREADABLE',
        scope: 'config',
        retryable: false,
        cause: error,
      },
    );
  }
}
