// The decisions of one run, from what the server lists and the ledger knows.

import type { AccountState } from '../core/account-state.ts';
import { assessListing } from '../core/listing-health.ts';
import type { ListingHealth } from '../core/listing-health.ts';
import { isDue } from '../core/plan-deletions.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import { countRows, isReused, planImport } from '../core/plan.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { MessageRecord } from '../core/record.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';

export interface PlannedRun {
  readonly plan: readonly PlannedMessage[];
  readonly health: ListingHealth;
  /** Listed messages with a UIDL of their own that the ledger does not know. */
  readonly unknown: readonly ListedMessage[];
  /** Listed messages without a UIDL of their own. */
  readonly unidentified: readonly ListedMessage[];
  /** The server gives old UIDLs to other messages: none of them is proof of anything. */
  readonly reusesUidls: boolean;
}

/** @throws LEDGER_FAILED */
export async function planRun(
  run: AccountRun,
  listing: readonly ListedMessage[],
  state: AccountState,
): Promise<PlannedRun> {
  const { account, ports } = run;
  const uidls = listing.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl]));
  const known = await ports.ledger.find(account.id, uidls);
  const rows = countRows(listing);
  const recordsOf = ({ uidl }: ListedMessage): readonly MessageRecord[] =>
    (uidl === undefined ? undefined : known.get(uidl)) ?? [];
  const recognised = listing.filter((listed) => recordsOf(listed).length > 0);
  const reused = recognised.filter(
    (listed) =>
      listed.uidl !== undefined && rows.get(listed.uidl) === 1 && isReused(listed, recordsOf(listed)),
  );
  // A known UIDL with another message is a stranger that bears an old name.
  const recorded = recognised.length - reused.length;
  return {
    plan: planImport(listing, known, account.limits),
    health: assessListing({ rows: listing.length, recorded }, state.progress?.lastListing),
    unknown: listing.filter(({ uidl }) => uidl !== undefined && !known.has(uidl) && rows.get(uidl) === 1),
    unidentified: listing.filter(({ uidl }) => uidl === undefined || rows.get(uidl) !== 1),
    reusesUidls: reused.length * REUSED_SHARE > recorded,
  };
}

/** So often must a UIDL mean what it meant for each time that it does not. */
const REUSED_SHARE = 10;

/** Whether the run has anything to fetch, delete or find out: if not, it needs no lease. */
export function hasWork({ plan }: PlannedRun, run: AccountRun, state: AccountState): boolean {
  const policy = effectivePolicy(run);
  const now = run.ports.now();
  return (
    state.deletionsUnsettled ||
    plan.some(({ action }) => action === 'fetch') ||
    knownCandidates(plan).some(({ record }) => isDue(record, policy, now))
  );
}

/** Messages known by the UIDL that they alone have; whether it is still theirs is for `proveKnown`. */
export function knownCandidates(plan: readonly PlannedMessage[]): DeletionCandidate[] {
  return plan.filter((message) => message.action === 'known');
}

/** Enters what needs no fetching into the books. */
export function decideUnfetched(plan: readonly PlannedMessage[], { book }: AccountRun): void {
  const outcomes = { known: 'known', skip: 'skipped', quarantine: 'quarantined', defer: 'deferred' } as const;
  for (const { action, listed } of plan) {
    if (action === 'fetch' || book.isDecided(listed)) continue;
    book.decide(listed, outcomes[action]);
  }
}
