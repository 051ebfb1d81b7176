// What others are told of a run, from its record alone: so that it can be told again, in the same words, by whoever finds that
// it was not. Pure. A run that died before its record was written is not told of; the ledger shows what it did.

import { refusalIn } from './account-state.ts';
import type { AccountProgress } from './account-state.ts';
import { toEvent } from './events.ts';
import type {
  AccountAuthFailed,
  AccountUidlTurnover,
  FerryEvent,
  MessageDeleted,
  MessageQuarantined,
  RunCompleted,
} from './events.ts';
import type { RunRecord } from './run-record.ts';
import type { Uidl } from './uidl.ts';

export interface RunEventFacts {
  /** base64url of the SHA-256 of the UIDL's octets. */
  readonly hashUidl: (uidl: Uidl) => string;
  /** What the account's last run left behind: this one, or another by now. */
  readonly progress: AccountProgress | undefined;
}

/**
 * The run's completion last. The same run gives the same ids: of the run's id, and of what a message is known by. A message
 * that the server listed twice, and deleted twice, is one.
 */
export function toRunEvents(run: RunRecord, { hashUidl, progress }: RunEventFacts): FerryEvent[] {
  const next = progress?.lastRunId === run.runId ? progress.nextAttemptAt : undefined;
  return [
    ...deletions(run, hashUidl),
    ...quarantines(run, hashUidl),
    ...(hasNewUidls(run) ? [turnover(run)] : []),
    ...(isRefused(run) ? [authFailed(run, next)] : []),
    completed(run),
  ];
}

export function isRefused({ outcome, errors }: RunRecord): boolean {
  return outcome === 'stopped' && refusalIn(errors) !== undefined;
}

export function hasNewUidls({ notices }: RunRecord): boolean {
  return notices.some(({ code }) => code === 'UIDL_TURNOVER');
}

/** Deletions the server confirmed. */
export function confirmedDeletions({ deletions }: RunRecord): RunRecord['deletions']['entries'] {
  return deletions.outcome === 'committed' ? deletions.entries.filter(({ dele }) => dele === 'ok') : [];
}

function deletions(run: RunRecord, hashUidl: (uidl: Uidl) => string): MessageDeleted[] {
  const { account, runId, endedAt } = run;
  const events = new Map<string, MessageDeleted>();
  for (const { uidl, sha256 } of confirmedDeletions(run)) {
    const uidlHash = hashUidl(uidl);
    const id = `${runId}/deleted/${uidlHash}/${sha256}`;
    const data = { account, runId, sha256, uidlHash };
    events.set(id, toEvent('mailferry.message.deleted', id, endedAt, data));
  }
  return [...events.values()];
}

function quarantines(run: RunRecord, hashUidl: (uidl: Uidl) => string): MessageQuarantined[] {
  const { account, runId, endedAt, quarantined = [] } = run;
  const hashes = new Set(quarantined.map((uidl) => hashUidl(uidl)));
  return [...hashes].map((uidlHash) => {
    const id = `${runId}/quarantined/${uidlHash}`;
    const data = { account, runId, uidlHash };
    return toEvent('mailferry.message.quarantined', id, endedAt, data);
  });
}

function turnover({ account, runId, endedAt }: RunRecord): AccountUidlTurnover {
  const id = `${runId}/uidl-turnover`;
  return toEvent('mailferry.account.uidl-turnover', id, endedAt, { account, runId });
}

function authFailed({ account, runId, endedAt }: RunRecord, nextAttemptAt?: number): AccountAuthFailed {
  return toEvent('mailferry.account.auth-failed', `${runId}/auth-failed`, endedAt, {
    account,
    runId,
    nextAttemptAt: nextAttemptAt === undefined ? null : new Date(nextAttemptAt).toISOString(),
  });
}

function completed(run: RunRecord): RunCompleted {
  const { account, runId, startedAt, endedAt, outcome, counts, octets } = run;
  return toEvent('mailferry.run.completed', `${runId}/completed`, endedAt, {
    account,
    runId,
    outcome,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    counts,
    octets,
    errors: codesOf(run.errors),
    notices: codesOf(run.notices),
  });
}

function codesOf(those: readonly { readonly code: string }[]): string[] {
  return [...new Set(those.map(({ code }) => code))];
}
