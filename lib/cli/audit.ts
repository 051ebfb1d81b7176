// `mailferry audit`: compares ledger, archive and, if asked, the server's listing, and names every difference.

import type { Command } from 'commander';
import { auditAccount } from '../audit/audit-account.ts';
import type { AuditReport } from '../audit/audit-account.ts';
import type { Account } from '../core/account.ts';
import { loadConfig } from '../config/load-config.ts';
import { toRunError } from '../core/run-error.ts';
import { describeAudited, isGood, toAuditJson } from './audit-report.ts';
import type { Audited } from './audit-report.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { CountProgress } from './count-progress.ts';
import { eachAccount } from './each-account.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { formatCount } from './format.ts';
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
  const { json = false } = flags;
  const trace = openTrace(flags.trace);
  const closers = new Closers();
  closers.add(trace.close);
  try {
    const open = await openAudit(config);
    closers.add(async () => {
      await open.close();
    });
    // Whoever wants it to stop ends the process: it changes nothing but by its repair, which is one step.
    const options = { stop: new AbortController().signal, json, describe: describeAudited };
    const audited = await eachAccount<Audited>(
      accounts,
      options,
      async (account, progress) => await auditOne(account, open, { ...flags, trace, progress }),
    );
    if (json) printJson(toAuditJson(audited));
    return audited.every(isGood) ? EXIT_OK : EXIT_FAILED;
  } finally {
    await closers.close();
  }
}

async function auditOne(
  account: Account,
  open: OpenAudit,
  flags: Omit<AuditFlags, 'trace'> & { readonly trace: Trace; readonly progress: CountProgress },
): Promise<Audited> {
  const ports = open.portsNow();
  const lease = open.leaseInForce(await ports.ledger.state(account.id));
  const atWork = lease && describeLeaseOwner(lease.owner, Date.now());
  const tracedPorts = { ...ports, pop3: flags.trace.of(account, ports.pop3) };
  let checked = 0;
  const report = await auditAccount(account, tracedPorts, {
    askServer: flags.server ?? false,
    signal: new AbortController().signal,
    onChecked: () => {
      checked += 1;
      flags.progress.show(() => `${formatCount(checked, 'message')} compared`);
    },
  });
  const repair = flags.repair ? await repairOne(report, open) : undefined;
  return { report, repair, atWork };
}

async function repairOne(
  { account, differences }: AuditReport,
  open: OpenAudit,
): Promise<NonNullable<Audited['repair']>> {
  try {
    return { marked: await open.repair(account, differences), failure: undefined };
  } catch (error) {
    return { marked: undefined, failure: toRunError(error) };
  }
}
