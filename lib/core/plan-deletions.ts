// Decides which messages are deleted on the server: only what is stored, and only with a reason. Pure.

import type { DeletionPolicy } from './account.ts';
import type { ListedMessage } from './pop3/listing.ts';
import type { StoredRecord } from './record.ts';

/** `stored` the account deletes what is stored · `seen-long-enough-ago` it deletes so many days after our first sight. */
export type DeletionReason = 'stored' | 'seen-long-enough-ago';

/** A message on the server, and the record that has these very octets. */
export interface DeletionCandidate {
  readonly listed: ListedMessage;
  readonly record: StoredRecord;
}

export interface PlannedDeletion extends DeletionCandidate {
  readonly reason: DeletionReason;
}

export interface DeletionPlan {
  readonly due: readonly PlannedDeletion[];
  /** Due as well, and left for the next run by its limit. */
  readonly deferred: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Pure; keeps the order given (oldest first).
 * @param candidates messages of this session whose octets are known to be those of the record
 * @param now epoch milliseconds
 */
export function planDeletions(
  candidates: readonly DeletionCandidate[],
  policy: DeletionPolicy,
  now: number,
  deletionsPerRun: number,
): DeletionPlan {
  const reason = policy === 'delete' ? 'stored' : 'seen-long-enough-ago';
  const due = candidates
    .filter(({ record }) => isDue(record, policy, now))
    .map((candidate) => ({ ...candidate, reason }) as const);
  return { due: due.slice(0, deletionsPerRun), deferred: Math.max(0, due.length - deletionsPerRun) };
}

/** Whether the account's rule wants this message gone by now. */
export function isDue(record: Pick<StoredRecord, 'firstSeen'>, policy: DeletionPolicy, now: number): boolean {
  return now >= dueAt(record, policy);
}

/** When the account's rule wants this message gone: epoch milliseconds, or never. */
export function dueAt({ firstSeen }: Pick<StoredRecord, 'firstSeen'>, policy: DeletionPolicy): number {
  if (policy === 'keep') return Infinity;
  return policy === 'delete' ? -Infinity : firstSeen + policy.deleteAfterDays * DAY_MS;
}
