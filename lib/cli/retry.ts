// `mailferry retry`: takes messages out of quarantine, so that the next import tries them again.

import type { Command } from 'commander';
import type { AccountId } from '../core/account.ts';
import type { FailedRecord, MessageRecord } from '../core/record.ts';
import type { Uidl } from '../core/uidl.ts';
import { loadConfig } from '../config/load-config.ts';
import type { LedgerLocation } from '../config/location.ts';
import type { Ledger } from '../ports/ledger.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { formatCount } from './format.ts';
import { openLedger } from './open/open-ledger.ts';
import { describeUidl, fromPrintableUidl } from './printable-uidl.ts';

interface RetryFlags {
  readonly config: string;
  readonly account?: string;
  readonly uidl?: string;
}

export function addRetryCommand(program: Command): void {
  program
    .command('retry')
    .description('take messages out of quarantine: the next import tries them again')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--account <id>', 'only of this account')
    .option('--uidl <uidl>', 'only this message, named as `mailferry status --verbose` does')
    .action(async (flags: RetryFlags) => {
      process.exitCode = await retry(flags);
    });
}

interface Quarantined {
  readonly account: AccountId;
  readonly record: FailedRecord;
}

/** @throws config-scope errors, LEDGER_FAILED */
async function retry(flags: RetryFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const named = flags.account === undefined ? [] : [flags.account];
  const ids = chooseAccounts(config.accounts, named).map(({ id }) => id);
  const uidl = flags.uidl === undefined ? undefined : fromPrintableUidl(flags.uidl);
  const reading = await openLedger(config.ledger, 'read');
  let found;
  try {
    found = await findQuarantined(ids, uidl, reading.ledger);
    if (uidl !== undefined && found.length === 0) {
      const why = await Promise.all(ids.map(async (id) => await describeOther(id, uidl, reading.ledger)));
      process.stderr.write(`mailferry: nothing to retry:\n${why.map((line) => `  ${line}\n`).join('')}`);
      return EXIT_FAILED;
    }
  } finally {
    reading.close();
  }
  const counts = found.length === 0 ? new Map<AccountId, number>() : await putBack(found, config.ledger);
  for (const id of ids) {
    const count = counts.get(id) ?? 0;
    if (count > 0)
      console.log(`${id}: ${formatCount(count, 'message')} put back: the next import tries again`);
  }
  if (counts.size === 0) console.log('no message is in quarantine');
  return EXIT_OK;
}

async function findQuarantined(
  ids: readonly AccountId[],
  uidl: Uidl | undefined,
  ledger: Ledger,
): Promise<Quarantined[]> {
  const found: Quarantined[] = [];
  for (const account of ids) {
    const records =
      uidl === undefined ? ledger.records(account) : ((await ledger.find(account, [uidl])).get(uidl) ?? []);
    for await (const record of records) {
      if (record.state === 'quarantined') found.push({ account, record });
    }
  }
  return found;
}

/** @returns how many of each account */
async function putBack(
  found: readonly Quarantined[],
  location: LedgerLocation,
): Promise<Map<AccountId, number>> {
  const counts = new Map<AccountId, number>();
  const { ledger, close } = await openLedger(location, 'write');
  try {
    for (const { account, record } of found) {
      const { outcome } = await ledger.commit(account, { ...record, state: 'failed', attempts: 0 });
      // It `exists` if it has been stored meanwhile.
      if (outcome === 'new') counts.set(account, (counts.get(account) ?? 0) + 1);
    }
  } finally {
    close();
  }
  return counts;
}

/** What a message is that is not in quarantine. */
async function describeOther(account: AccountId, uidl: Uidl, ledger: Ledger): Promise<string> {
  const [record] = (await ledger.find(account, [uidl])).get(uidl) ?? [];
  return `${account}: the message with UIDL ${describeUidl(uidl)} is ${stateOf(record)}`;
}

function stateOf(record: MessageRecord | undefined): string {
  switch (record?.state) {
    case undefined:
      return 'not in the ledger';
    case 'stored':
      return 'stored: it is in the archive';
    case 'skipped':
      return 'skipped, because it is larger than the account allows: raise limits.messageBytes to import it';
    case 'failed':
      return `not in quarantine: it failed in ${formatCount(record.attempts, 'run')} and is tried again in the next`;
    case 'quarantined':
      return 'in quarantine';
  }
}
