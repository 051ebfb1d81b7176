// Decides what to do with every message a server lists: once each, with a reason. Pure, so that a dry run, the log and
// the tests all see the very decision that a run acts on.

import type { ImportLimits } from './account.ts';
import type { ListedMessage } from './pop3/listing.ts';
import type { FailedRecord, MessageRecord, StoredRecord } from './record.ts';
import type { Uidl } from './uidl.ts';

export type PlannedMessage =
  | PlannedFetch
  | {
      readonly action: 'known';
      readonly listed: ListedMessage;
      readonly reason: 'stored';
      readonly record: StoredRecord;
    }
  | { readonly action: 'skip'; readonly listed: ListedMessage; readonly reason: 'larger-than-message-limit' }
  | {
      readonly action: 'quarantine';
      readonly listed: ListedMessage;
      readonly reason: 'failed-too-often';
      readonly record: FailedRecord;
    }
  | {
      readonly action: 'defer';
      readonly listed: ListedMessage;
      readonly reason: 'run-message-limit' | 'run-octet-limit';
    };

export interface PlannedFetch {
  readonly action: 'fetch';
  readonly listed: ListedMessage;
  readonly reason: FetchReason;
  /** Epoch milliseconds, of a message that was seen and never stored; else `undefined`. */
  readonly firstSeen: number | undefined;
  /** How it failed before. */
  readonly failed: FailedRecord | undefined;
}

/**
 * Of a message that the ledger has no stored record of: `new` never seen · `failed-before`.
 * Of one whose stored record is not to be trusted with what is listed now: `size-changed` LIST said another size when
 * it was fetched, so the UIDL may mean another message · `listed-again` the server had confirmed its deletion ·
 * `object-lost` the archive has lost it.
 * Of one that no UIDL identifies, told apart by its content once it is fetched: `no-uidl` · `ambiguous-uidl` several
 * messages have this id, now or before.
 */
export type FetchReason =
  'new' | 'failed-before' | 'size-changed' | 'listed-again' | 'object-lost' | 'no-uidl' | 'ambiguous-uidl';

/**
 * Pure; keeps the listing's order (oldest first).
 * @param listing rows of UIDL joined with LIST
 * @param known what the ledger has of the listed UIDLs
 * @param limits of the account; those of a run count only messages that a UIDL identifies, and first those never stored; the first message of a run is never deferred for its size, or it would be for ever
 * @returns each listed row exactly once
 */
export function planImport(
  listing: readonly ListedMessage[],
  known: ReadonlyMap<Uidl, readonly MessageRecord[]>,
  limits: ImportLimits,
): PlannedMessage[] {
  const rowsByUidl = countRows(listing);
  const judged = listing.map((listed) => {
    const records = listed.uidl === undefined ? [] : (known.get(listed.uidl) ?? []);
    const isShared = listed.uidl !== undefined && (rowsByUidl.get(listed.uidl) ?? 0) > 1;
    return judge(listed, records, isShared, limits);
  });
  return withinRun(judged, limits);
}

/** What is to be done with a message, and how much of a run's limits it uses up. */
interface Judged {
  readonly message: PlannedMessage;
  readonly octets: number;
}

function judge(
  listed: ListedMessage,
  records: readonly MessageRecord[],
  isShared: boolean,
  limits: ImportLimits,
): Judged {
  const failed = records.find(isFailed);
  const stored = records.filter((record) => record.state === 'stored');
  const reason = fetchReason(listed, stored, isShared, failed);
  const skipped = records.find((record) => record.state === 'skipped')?.octets ?? 0;
  const octets = Math.max(listed.octets ?? 0, isIdentified(reason) ? skipped : 0);
  const judged = (message: PlannedMessage): Judged => ({ message, octets });
  if (reason === undefined && stored[0])
    return judged({ action: 'known', listed, reason: 'stored', record: stored[0] });
  if (limits.messageOctets !== undefined && octets > limits.messageOctets)
    return judged({ action: 'skip', listed, reason: 'larger-than-message-limit' });
  if (failed?.state === 'quarantined' && isIdentified(reason))
    return judged({ action: 'quarantine', listed, reason: 'failed-too-often', record: failed });
  // First sight is of octets: what is fetched now may be others than those stored, or than those that had this UIDL.
  const seen = isIdentified(reason) ? records.find(({ state }) => state !== 'stored') : undefined;
  const firstSeen = seen?.firstSeen;
  return judged({ action: 'fetch', listed, reason: reason ?? 'new', firstSeen, failed });
}

/** Of these the ledger has no stored record, so that their failures are counted. */
export const NEVER_STORED: readonly FetchReason[] = ['new', 'failed-before'];

/**
 * Defers what is beyond the limits of a run. Messages that no UIDL identifies are fetched in every run: they would use up
 * its limits in every run, and newer mail would never be reached. What was never stored comes before what is fetched anew.
 */
function withinRun(judged: readonly Judged[], limits: ImportLimits): PlannedMessage[] {
  const plan = judged.map(({ message }) => message);
  const budget = new RunBudget(limits);
  const charge = (isCharged: (reason: FetchReason) => boolean): void => {
    for (const [index, { message, octets }] of judged.entries()) {
      if (message.action !== 'fetch' || !isIdentified(message.reason) || !isCharged(message.reason)) continue;
      const exceeded = budget.charge(octets);
      if (exceeded) plan[index] = { action: 'defer', listed: message.listed, reason: exceeded };
    }
  };
  charge((reason) => NEVER_STORED.includes(reason));
  charge((reason) => !NEVER_STORED.includes(reason));
  return plan;
}

/**
 * Whether a UIDL means another message now than when it was recorded: LIST gives it another size, or it is listed once and
 * two messages were stored under it. From the records alone, so that it is known again after any crash.
 */
export function isReused(listed: ListedMessage, records: readonly MessageRecord[]): boolean {
  const stored = records.filter((record) => record.state === 'stored');
  const [record] = stored;
  return stored.length > 1 || (record !== undefined && !isSameSize(listed.octets, record.listedOctets));
}

/** `undefined` when the one stored record of a UIDL listed once can be trusted. */
function fetchReason(
  listed: ListedMessage,
  stored: readonly StoredRecord[],
  isShared: boolean,
  failed: FailedRecord | undefined,
): FetchReason | undefined {
  if (listed.uidl === undefined) return 'no-uidl';
  if (isShared || stored.length > 1) return 'ambiguous-uidl';
  const [record] = stored;
  if (!record) return failed ? 'failed-before' : 'new';
  if (record.mark?.kind === 'lost') return 'object-lost';
  if (record.mark?.kind === 'deleted') return 'listed-again';
  return isSameSize(listed.octets, record.listedOctets) ? undefined : 'size-changed';
}

function isFailed(record: MessageRecord): record is FailedRecord {
  return record.state === 'failed' || record.state === 'quarantined';
}

function isSameSize(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** Whether a UIDL tells the message from all others. */
export function isIdentified(reason: FetchReason | undefined): boolean {
  return reason !== 'no-uidl' && reason !== 'ambiguous-uidl';
}

/** How many rows of a listing have each UIDL. */
export function countRows(listing: readonly ListedMessage[]): ReadonlyMap<Uidl, number> {
  const rows = new Map<Uidl, number>();
  for (const { uidl } of listing) if (uidl !== undefined) rows.set(uidl, (rows.get(uidl) ?? 0) + 1);
  return rows;
}

/** What may still be fetched in this run. */
class RunBudget {
  readonly #limits: ImportLimits;
  #messages = 0;
  #octets = 0;

  constructor(limits: ImportLimits) {
    this.#limits = limits;
  }

  charge(octets: number): 'run-message-limit' | 'run-octet-limit' | undefined {
    const { runMessages, runOctets } = this.#limits;
    if (runMessages !== undefined && this.#messages >= runMessages) return 'run-message-limit';
    if (runOctets !== undefined && this.#messages > 0 && this.#octets + octets > runOctets)
      return 'run-octet-limit';
    this.#messages += 1;
    this.#octets += octets;
    return undefined;
  }
}
