// `mailferry audit`: compares ledger, archive and, if asked, the server's listing, and names every difference.

import type { Command } from 'commander';
import { auditAccount } from '../audit/audit-account.ts';
import type { AuditReport } from '../audit/audit-account.ts';
import type { Account } from '../core/account.ts';
import { loadConfig } from '../config/load-config.ts';
import { toRunError } from '../core/run-error.ts';
import { AuditProgress } from './audit-progress.ts';
import { describeAudited, isGood, toAuditJson } from './audit-report.ts';
import type { AuditedAccount } from './audit-report.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { describeLeaseOwner } from './lease-owner.ts';
import { Closers } from './open/closers.ts';
import { openAudit } from './open/open-audit.ts';
import type { OpenAudit } from './open/open-audit.ts';
import { printJson } from './print-json.ts';
import { addTraceOption, openTrace } from './trace.ts';
import type { Trace } from './trace.ts';

interface AuditFlags {
  readonly config: string;
  readonly server?: boolean;
  readonly repair?: boolean;
  readonly trace?: string;
  readonly json?: boolean;
}

export function addAuditCommand(program: Command): void {
  const command = program
    .command('audit')
    .description(
      'compare ledger, archive and server, and name every difference; exit code 1 if there is damage',
    )
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--server', 'also compare with what the server lists; nothing is fetched or deleted')
    .option('--repair', 'mark what is missing in the archive, so that the next import fetches it again')
    .option('--json', 'print one JSON document');
  addTraceOption(command).action(async (ids: string[], flags: AuditFlags) => {
    process.exitCode = await audit(ids, flags);
  });
}

/** @throws config-scope errors, LEDGER_FAILED when there is no opening it */
async function audit(ids: readonly string[], flags: AuditFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids);
  const audited: AuditedAccount[] = [];
  const trace = openTrace(flags.trace);
  const closers = new Closers();
  closers.add(trace.close);
  try {
    const open = await openAudit(config);
    closers.add(async () => {
      await open.close();
    });
    for (const account of accounts) {
      const result = await auditOne(account, open, { ...flags, trace });
      audited.push(result);
      if (!flags.json) console.log(`${audited.length > 1 ? '\n' : ''}${describeAudited(result)}`);
    }
  } finally {
    await closers.close();
  }
  if (flags.json) printJson(toAuditJson(audited));
  return audited.every(isGood) ? EXIT_OK : EXIT_FAILED;
}

/** What goes wrong with one account keeps no other from being audited. */
async function auditOne(
  account: Account,
  open: OpenAudit,
  flags: Omit<AuditFlags, 'trace'> & { readonly trace: Trace },
): Promise<AuditedAccount> {
  const progress = new AuditProgress(account.id, process.stderr, process.stderr.isTTY && !flags.json);
  const unknown = { account: account.id, report: undefined, repaired: undefined, failure: undefined };
  try {
    const ports = open.portsNow();
    const lease = open.leaseInForce(await ports.ledger.state(account.id));
    const atWork = lease && describeLeaseOwner(lease.owner, Date.now());
    const tracedPorts = { ...ports, pop3: flags.trace.of(account, ports.pop3) };
    const report = await auditAccount(account, tracedPorts, {
      askServer: flags.server ?? false,
      signal: new AbortController().signal,
      onChecked: () => {
        progress.checked();
      },
    });
    const audited = { ...unknown, report, atWork };
    return flags.repair ? await withRepair(audited, report, open) : audited;
  } catch (error) {
    return { ...unknown, failure: toRunError(error), atWork: undefined };
  } finally {
    progress.close();
  }
}

async function withRepair(
  audited: AuditedAccount,
  { account, differences }: AuditReport,
  open: OpenAudit,
): Promise<AuditedAccount> {
  try {
    return { ...audited, repaired: await open.repair(account, differences) };
  } catch (error) {
    return { ...audited, failure: toRunError(error) };
  }
}
