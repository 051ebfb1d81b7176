// A listing with which there was nothing to do, told again by its digest: then one hash takes the place of a look at every
// record. Only ever for messages that have a UIDL of their own; whatever is in doubt is not settled.

import { createHash } from 'node:crypto';
import type { AccountState, SettledListing } from '../core/account-state.ts';
import { dueAt } from '../core/plan-deletions.ts';
import { NEVER_STORED } from '../core/plan.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { ListedRows } from '../core/pop3/listed-rows.ts';
import type { Uidl } from '../core/uidl.ts';
import type { LeaseHold } from '../ports/ledger.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';
import type { PlannedRun } from './plan-run.ts';

/** So long at most: whatever a digest cannot show (a record marked by hand, say) is found within a day. */
const SETTLED_FOR_MS = 24 * 60 * 60 * 1000;

/**
 * What was settled, if the listing begins with it: all that there is, or more came behind it. Only where quiet runs are asked
 * for: the others look at every record.
 */
export function settledBefore(
  rows: ListedRows,
  { progress, deletionsUnsettled, fence }: AccountState,
  run: AccountRun,
): SettledListing | undefined {
  const { options, ports } = run;
  const settled = progress?.settled;
  if (options.quietForMs === undefined || options.dryRun === true || deletionsUnsettled) return undefined;
  if (settled === undefined || progress?.lastOutcome !== 'complete' || settled.fence !== fence)
    return undefined;
  if (!isInForce(settled, ports.now()) || rowsOf(settled) > rows.length) return undefined;
  return digestRows(rows, rowsOf(settled), run) === settled.digest ? settled : undefined;
}

/** The state of one who has the lease: what was settled before holds if his lease is the only one given since. */
export function underLease(state: AccountState, { fence }: LeaseHold): AccountState {
  const { progress } = state;
  if (progress?.settled?.fence !== fence - 1) return { ...state, fence };
  return { ...state, fence, progress: { ...progress, settled: { ...progress.settled, fence } } };
}

/** How many of the first rows it is about. */
export function rowsOf(settled: SettledListing | undefined): number {
  return settled === undefined ? 0 : settled.known + settled.skipped;
}

/**
 * Of a run that has ended well: what the same listing will mean, if that is certain.
 * @param state by which it was planned
 * @param startedAt of the run: it has seen nothing before, in epoch milliseconds
 */
export function settle(
  { plan, settled }: PlannedRun,
  rows: ListedRows,
  run: AccountRun,
  { fence }: AccountState,
  startedAt: number,
): SettledListing | undefined {
  const now = run.ports.now();
  if (run.book.deletions.entries.length > 0) return undefined;
  let [known, until] = [settled?.known ?? 0, settled?.until ?? now + SETTLED_FOR_MS];
  let isSwitchedOff = settled?.isSwitchedOff === true;
  const skipped = new Set<Uidl>();
  for (const message of plan) {
    const firstSeen = firstSeenOf(message, run, startedAt);
    if (firstSeen !== undefined) {
      const due = dueAt({ firstSeen }, run.account.onServer);
      if (due > now) until = Math.min(until, due);
      else isSwitchedOff = true;
      known += 1;
    } else {
      const { uidl } = message.listed;
      if (message.action !== 'skip' || uidl === undefined || skipped.has(uidl)) return undefined;
      skipped.add(uidl);
    }
  }
  // Something is due, and only not deleted now.
  if (isSwitchedOff && effectivePolicy(run) !== 'keep') return undefined;
  return {
    digest: digestRows(rows, rows.length, run),
    known,
    skipped: (settled?.skipped ?? 0) + skipped.size,
    until,
    fence,
    ...(isSwitchedOff && { isSwitchedOff }),
  };
}

/** `undefined` unless its UIDL is its own, and the ledger has one stored record of that, with this size. */
function firstSeenOf(message: PlannedMessage, { book }: AccountRun, startedAt: number): number | undefined {
  const outcome = book.outcomeOf(message.listed);
  if (message.action === 'known') return outcome === 'known' ? message.record.firstSeen : undefined;
  if (message.action !== 'fetch' || !NEVER_STORED.includes(message.reason)) return undefined;
  const isStored = outcome === 'stored' || outcome === 'duplicate';
  return isStored ? (message.firstSeen ?? startedAt) : undefined;
}

/** Which of them were skipped nobody needs to know again: their numbers are what the books show. */
export function decideSettled(
  { known, skipped, isSwitchedOff = false }: SettledListing,
  { book }: AccountRun,
): void {
  book.decideTogether(known, skipped);
  if (isSwitchedOff) book.deletions = { outcome: 'off', entries: [] };
}

/**
 * Of UIDLs and sizes in their order, and of the rules that decide about them. The sizes are in it because some servers give
 * the UIDLs of messages that have gone to others: then they alone are not the same.
 */
function digestRows(rows: ListedRows, count: number, run: AccountRun): string {
  const { limits, onServer } = run.account;
  const rules = [effectivePolicy(run), onServer, limits.messageOctets ?? null];
  const hash = createHash('sha256').update(JSON.stringify(rules));
  for (const octets of rows.octets(0, count)) hash.update(octets);
  return hash.digest('base64url');
}

function isInForce({ until }: SettledListing, now: number): boolean {
  // Further ahead than it is ever set: the clock was set back, and nobody knows what time it was.
  return now < until && until - now <= SETTLED_FOR_MS;
}
