// How an account is doing, from what its runs left in the ledger. Reads only, and asks no server.

import type { AccountId } from '../core/account.ts';
import type { AccountProgress, AccountState } from '../core/account-state.ts';
import type { FailedRecord } from '../core/record.ts';
import type { RunError } from '../core/run-error.ts';
import type { Ledger } from '../ports/ledger.ts';

/**
 * The worst that is true of it: `never-ran` · `never-succeeded` · `stale` the last success is too long ago ·
 * `quarantine` messages are left alone until somebody says otherwise · `failing` the last run failed · `partial` it had
 * errors with some messages · `ok`.
 */
export type Condition =
  'never-ran' | 'never-succeeded' | 'stale' | 'quarantine' | 'failing' | 'partial' | 'ok';

export interface AccountStatus {
  readonly account: AccountId;
  readonly condition: Condition;
  readonly isStale: boolean;
  /** Epoch milliseconds, as are all times here. */
  readonly lastSuccessAt: number | undefined;
  readonly backlog: number;
  /** Runs in a row that failed. */
  readonly failures: number;
  /** Of the newest run that had one, among the last few. */
  readonly lastError: (RunError & { readonly at: number }) | undefined;
  /** After failures: no unattended run before this time. */
  readonly nextAttemptAt: number | undefined;
  /** The run that is under way. */
  readonly heldBy: AccountState['lease'];
  readonly quarantined: readonly FailedRecord[];
  /** Tried and not stored so far; the next run tries again. */
  readonly failed: readonly FailedRecord[];
}

export interface StatusRules {
  readonly now: number;
  /** Without success for so long, an account is stale: told once it is certain, which may be an hour later. */
  readonly staleAfterMs: number;
  /** Of a run that is under way; not what a dead one left. */
  readonly leaseInForce: (state: AccountState) => AccountState['lease'];
}

/**
 * A poll that found nothing new leaves the mark of the last success as it is while that is younger (`quietForMs` in import-each.ts):
 * the last success may have been so much later than its mark.
 */
const MARK_RENEWED_MS = 60 * 60 * 1000;

/** Runs looked at for the last error. */
const RECENT_RUNS = 20;

/** @throws LEDGER_FAILED */
export async function readAccountStatus(
  account: AccountId,
  ledger: Pick<Ledger, 'state' | 'runs' | 'records'>,
  rules: StatusRules,
): Promise<AccountStatus> {
  const state = await ledger.state(account);
  const { progress } = state;
  const quarantined: FailedRecord[] = [];
  const failed: FailedRecord[] = [];
  for await (const record of ledger.records(account)) {
    if (record.state === 'quarantined') quarantined.push(record);
    if (record.state === 'failed') failed.push(record);
  }
  const failedRun = (await ledger.runs(account, RECENT_RUNS)).find(({ errors }) => errors.length > 0);
  const lastError = failedRun?.errors.at(-1);
  return {
    account,
    condition: conditionOf(progress, quarantined.length, rules),
    isStale: isStale(progress, rules),
    lastSuccessAt: progress?.lastSuccessAt,
    backlog: progress?.backlog ?? 0,
    failures: progress?.failures ?? 0,
    lastError: failedRun && lastError && { ...lastError, at: failedRun.endedAt },
    nextAttemptAt: progress?.nextAttemptAt,
    heldBy: rules.leaseInForce(state),
    quarantined,
    failed,
  };
}

/** Whether somebody should look at it. */
export function needsAttention({ condition }: AccountStatus): boolean {
  return !['ok', 'failing', 'partial'].includes(condition);
}

function conditionOf(
  progress: AccountProgress | undefined,
  quarantined: number,
  rules: StatusRules,
): Condition {
  if (!progress) return 'never-ran';
  if (progress.lastSuccessAt === undefined) return 'never-succeeded';
  if (isStale(progress, rules)) return 'stale';
  if (quarantined > 0) return 'quarantine';
  if (progress.failures > 0) return 'failing';
  return progress.lastOutcome === 'partial' ? 'partial' : 'ok';
}

/** An account without any success is as stale as can be. */
function isStale(progress: AccountProgress | undefined, { now, staleAfterMs }: StatusRules): boolean {
  if (progress?.lastSuccessAt === undefined) return true;
  // A success in the future, by a clock that was wrong, proves nothing; it would hide that there is none.
  return Math.abs(now - progress.lastSuccessAt) > staleAfterMs + MARK_RENEWED_MS;
}
