// The decisions of one run, from what the server lists and the ledger knows.

import type { AccountState, SettledListing } from '../core/account-state.ts';
import { assessListing } from '../core/listing-health.ts';
import type { ListingHealth } from '../core/listing-health.ts';
import { isDue } from '../core/plan-deletions.ts';
import type { DeletionCandidate } from '../core/plan-deletions.ts';
import { countRows, isReused, planImport } from '../core/plan.ts';
import type { PlannedMessage } from '../core/plan.ts';
import type { ListedRows } from '../core/pop3/listed-rows.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { MessageRecord } from '../core/record.ts';
import type { Uidl } from '../core/uidl.ts';
import type { AccountRun } from './account-run.ts';
import { effectivePolicy } from './effective-policy.ts';
import { decideSettled, rowsOf, settledBefore } from './settled-listing.ts';

export interface PlannedRun {
  /** What was known of the first messages without a look at each; those are not in the plan. */
  readonly settled: SettledListing | undefined;
  readonly plan: readonly PlannedMessage[];
  readonly health: ListingHealth;
  /** Listed messages with a UIDL of their own that the ledger does not know. */
  readonly unknown: readonly ListedMessage[];
  /** Listed messages without a UIDL of their own. */
  readonly unidentified: readonly ListedMessage[];
  /** The server gives old UIDLs to other messages: none of them is proof of anything. */
  readonly reusesUidls: boolean;
}

/**
 * Of a listing that begins as one that was settled, only the rest is looked at, so that one new message among a million
 * costs one read; unless what is found there, or the whole of it, looks in any way like more than mail that came.
 * @throws LEDGER_FAILED
 */
export async function planRun(run: AccountRun, rows: ListedRows, state: AccountState): Promise<PlannedRun> {
  const settled = settledBefore(rows, state, run);
  if (settled === undefined || isNamedAgain(rows, rowsOf(settled))) return await planInFull(run, rows, state);
  const planned = await planRest(run, rows, state, settled);
  const isOrdinary = planned.health.kind === 'normal' && !planned.reusesUidls;
  return isOrdinary ? planned : await planInFull(run, rows, state);
}

/** The same, with a look at the record of every message. @throws LEDGER_FAILED */
export async function planInFull(
  run: AccountRun,
  rows: ListedRows,
  state: AccountState,
): Promise<PlannedRun> {
  return await planRest(run, rows, state, undefined);
}

async function planRest(
  { account, ports }: AccountRun,
  rows: ListedRows,
  state: AccountState,
  settled: SettledListing | undefined,
): Promise<PlannedRun> {
  const listing = rows.messagesFrom(rowsOf(settled));
  const uidls = listing.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl]));
  const known = await ports.ledger.find(account.id, uidls);
  const counts = countRows(listing);
  const recordsOf = ({ uidl }: ListedMessage): readonly MessageRecord[] =>
    (uidl === undefined ? undefined : known.get(uidl)) ?? [];
  const recognised = listing.filter((listed) => recordsOf(listed).length > 0);
  const reused = recognised.filter(
    (listed) =>
      listed.uidl !== undefined && counts.get(listed.uidl) === 1 && isReused(listed, recordsOf(listed)),
  );
  // A known UIDL with another message is a stranger that bears an old name.
  const recorded = (settled?.known ?? 0) + recognised.length - reused.length;
  return {
    settled,
    plan: planImport(listing, known, account.limits),
    health: assessListing({ rows: rows.length, recorded }, state.progress?.lastListing),
    unknown: listing.filter(({ uidl }) => uidl !== undefined && !known.has(uidl) && counts.get(uidl) === 1),
    unidentified: listing.filter(({ uidl }) => uidl === undefined || counts.get(uidl) !== 1),
    reusesUidls: reused.length * REUSED_SHARE > recorded,
  };
}

/** Whether a message from this row on has the UIDL of one before it. */
function isNamedAgain(rows: ListedRows, start: number): boolean {
  const names = new Set<Uidl | undefined>();
  for (let index = start; index < rows.length; index += 1) names.add(rows.uidl(index));
  names.delete(undefined);
  if (names.size === 0) return false;
  for (let index = 0; index < start; index += 1) if (names.has(rows.uidl(index))) return true;
  return false;
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
export function decideUnfetched({ plan, settled }: PlannedRun, run: AccountRun): void {
  const { book } = run;
  if (settled) decideSettled(settled, run);
  const outcomes = { known: 'known', skip: 'skipped', quarantine: 'quarantined', defer: 'deferred' } as const;
  for (const { action, listed } of plan) {
    if (action === 'fetch' || book.isDecided(listed)) continue;
    book.decide(listed, outcomes[action]);
  }
}
