// The accounts of one command, one after the other. What goes wrong with one is told and keeps no other from running.

import type { Account } from '../core/account.ts';
import type { PlannedMessage } from '../core/plan.ts';
import { toRunError } from '../core/run-error.ts';
import type { RunError } from '../core/run-error.ts';
import type { RunRecord } from '../core/run-record.ts';
import { importAccount } from '../import/import-account.ts';
import type { DeletionPreview, ImportObserver } from '../import/import-options.ts';
import type { ImportPorts } from '../import/import-ports.ts';
import { openProgress } from './progress.ts';
import type { RunClock } from './run-clock.ts';
import type { Trace } from './trace.ts';

/**
 * A run that finds what it found before reads the account's state and writes nothing but, after so long, that all is well:
 * somebody may run this every minute. Safe, for what is new or due shows in the listing or the time (settled-listing.ts), a
 * failure and the success after it are always written, and the report is made of the run's own counts.
 */
const QUIET_FOR_MS = 60 * 60_000;

/** What became of one account's turn: its run's record, or what kept it from having one. */
export interface ImportedAccount {
  readonly account: Account;
  readonly run: RunRecord | undefined;
  readonly failure: RunError | undefined;
  readonly plan: readonly PlannedMessage[];
  readonly preview: DeletionPreview | undefined;
}

export interface ImportEachOptions {
  readonly dryRun: boolean;
  readonly noDelete: boolean;
  readonly clock: RunClock;
  readonly trace: Trace;
  /** Shows a bar that redraws itself on standard error. */
  readonly live: boolean;
}

/** Yields an account as soon as its turn is over. An account whose turn comes too late is told so by its own record. */
export async function* importEach(
  accounts: readonly Account[],
  ports: ImportPorts,
  options: ImportEachOptions,
): AsyncGenerator<ImportedAccount, void, undefined> {
  for (const account of accounts) yield await importOne(account, ports, options);
}

async function importOne(
  account: Account,
  ports: ImportPorts,
  { dryRun, noDelete, clock, trace, live }: ImportEachOptions,
): Promise<ImportedAccount> {
  const progress = await openProgress({ accountId: account.id, stream: process.stderr, live });
  let plan: readonly PlannedMessage[] = [];
  let preview: DeletionPreview | undefined;
  const observer: ImportObserver = {
    octets: (count) => {
      progress.octets(count);
    },
    decided: () => {
      progress.decided();
    },
    planned: (messages, others) => {
      plan = messages;
      if (!dryRun) progress.planned(messages, others);
    },
    deletionsPlanned: (planned) => {
      preview = planned;
    },
  };
  try {
    const { stop, deleteUntil, abort } = clock;
    const tracedPorts = { ...ports, pop3: trace.of(account, ports.pop3) };
    const run = await importAccount(account, tracedPorts, {
      dryRun,
      noDelete,
      stop,
      deleteUntil,
      abort,
      observer,
      ...(dryRun ? {} : { quietForMs: QUIET_FOR_MS }),
    });
    return { account, run, failure: undefined, plan, preview };
  } catch (error) {
    return { account, run: undefined, failure: toRunError(error), plan, preview };
  } finally {
    progress.close();
  }
}
