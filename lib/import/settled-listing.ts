// A listing with which there was nothing to do, told again by its digest: then one hash takes the place of a look at every
// record. Only ever for messages that have a UIDL of their own; whatever is in doubt is not settled.

import { createHash } from 'node:crypto';
import type { SettledListing } from '../core/account-state.ts';
import { dueAt } from '../core/plan-deletions.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import { countRows } from '../core/plan.ts';
import { fromUidl } from '../core/uidl.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';

/** So long at most: whatever a digest cannot show (a record marked by hand, say) is found within a day. */
const SETTLED_FOR_MS = 24 * 60 * 60 * 1000;

/** Of UIDLs and sizes in their order, and of the rules that decide about them. `undefined` where UIDLs identify nothing. */
export function digestListing(listing: readonly ListedMessage[], run: AccountRun): string | undefined {
  const rules = [effectivePolicy(run), run.account.limits.messageOctets ?? null];
  const hash = createHash('sha256').update(JSON.stringify(rules));
  const rows = countRows(listing);
  for (const { uidl, octets } of listing) {
    if (uidl === undefined || rows.get(uidl) !== 1) return undefined;
    // A row ends with its line, so the line end between two of them is in none.
    hash.update(`\n${octets ?? '-'} `).update(fromUidl(uidl));
  }
  return hash.digest('base64url');
}

/**
 * @param plan of a run that had nothing to do
 * @returns `undefined` if it is not certain that the same listing means the same next time
 */
export function settle(
  plan: readonly PlannedMessage[],
  digest: string | undefined,
  run: AccountRun,
): SettledListing | undefined {
  if (digest === undefined) return undefined;
  const policy = effectivePolicy(run);
  const now = run.ports.now();
  let until = now + SETTLED_FOR_MS;
  let known = 0;
  for (const message of plan) {
    if (message.action === 'known') {
      until = Math.min(until, dueAt(message.record, policy));
      known += 1;
    } else if (message.action !== 'skip') return undefined;
  }
  // Something is due, and only not deleted now.
  if (until <= now) return undefined;
  return { digest, known, skipped: plan.length - known, until };
}

/** @param now epoch milliseconds */
export function isSettled(
  settled: SettledListing | undefined,
  digest: string | undefined,
  now: number,
): settled is SettledListing {
  // Further ahead than it is ever set: the clock was set back, and nobody knows what time it was.
  if (settled === undefined || settled.digest !== digest) return false;
  return now < settled.until && settled.until - now <= SETTLED_FOR_MS;
}

/** Which of them were skipped nobody needs to know again: their numbers are what the books show. */
export function decideSettled(
  listing: readonly ListedMessage[],
  { skipped }: SettledListing,
  { book }: AccountRun,
): void {
  for (const [index, listed] of listing.entries()) book.decide(listed, index < skipped ? 'skipped' : 'known');
}
