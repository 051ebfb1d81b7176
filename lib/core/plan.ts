// Decides what to do with every message a server lists: once each, with a reason. Pure, so that a dry run, the log and
// the tests all see the very decision that a run acts on.

import type { ImportLimits } from './account.ts';
import type { ListedMessage } from './pop3/listing.ts';
import type { MessageRecord } from './record.ts';
import type { Uidl } from './uidl.ts';

export type PlannedMessage =
  | {
      readonly action: 'fetch';
      readonly listed: ListedMessage;
      readonly reason: FetchReason;
      readonly firstSeen: number | undefined;
    }
  | { readonly action: 'known'; readonly listed: ListedMessage; readonly reason: 'stored' }
  | { readonly action: 'skip'; readonly listed: ListedMessage; readonly reason: 'larger-than-message-limit' }
  | {
      readonly action: 'defer';
      readonly listed: ListedMessage;
      readonly reason: 'run-message-limit' | 'run-octet-limit';
    };

/**
 * `new` never seen · `no-uidl` the server gives it no unique-id · `ambiguous-uidl` several messages have this id, now or
 * before, so that it proves nothing. The last two are told apart by their content once they are fetched.
 */
export type FetchReason = 'new' | 'no-uidl' | 'ambiguous-uidl';

/**
 * Pure; keeps the listing's order (oldest first).
 * @param listing rows of UIDL joined with LIST
 * @param known what the ledger has of the listed UIDLs
 * @param limits of the account; those of a run count only messages whose UIDL identifies them; the first message of a run is never deferred for its size, or it would be for ever
 * @returns each listed row exactly once
 */
export function planImport(
  listing: readonly ListedMessage[],
  known: ReadonlyMap<Uidl, readonly MessageRecord[]>,
  limits: ImportLimits,
): PlannedMessage[] {
  const rowsByUidl = countByUidl(listing);
  let messages = 0;
  let octets = 0;
  return listing.map((listed): PlannedMessage => {
    const records = listed.uidl === undefined ? [] : (known.get(listed.uidl) ?? []);
    const reason = fetchReason(listed, records, rowsByUidl);
    if (reason === undefined) return { action: 'known', listed, reason: 'stored' };
    const size = Math.max(
      listed.octets ?? 0,
      ...(reason === 'new' ? records.map((record) => record.octets) : []),
    );
    if (limits.messageOctets !== undefined && size > limits.messageOctets) {
      return { action: 'skip', listed, reason: 'larger-than-message-limit' };
    }
    // Fetched in every run, they would use up its limits in every run, and newer mail would never be reached.
    if (reason !== 'new') return { action: 'fetch', listed, reason, firstSeen: records[0]?.firstSeen };
    if (limits.runMessages !== undefined && messages >= limits.runMessages) {
      return { action: 'defer', listed, reason: 'run-message-limit' };
    }
    if (limits.runOctets !== undefined && messages > 0 && octets + size > limits.runOctets) {
      return { action: 'defer', listed, reason: 'run-octet-limit' };
    }
    messages += 1;
    octets += size;
    return { action: 'fetch', listed, reason, firstSeen: records[0]?.firstSeen };
  });
}

/** A UIDL identifies a message only if listing and ledger have it once each; `undefined` when it does and is stored. */
function fetchReason(
  listed: ListedMessage,
  records: readonly MessageRecord[],
  rowsByUidl: ReadonlyMap<Uidl, number>,
): FetchReason | undefined {
  if (listed.uidl === undefined) return 'no-uidl';
  const stored = records.filter((record) => record.state === 'stored');
  if ((rowsByUidl.get(listed.uidl) ?? 0) > 1 || stored.length > 1) return 'ambiguous-uidl';
  return stored.length === 1 ? undefined : 'new';
}

function countByUidl(listing: readonly ListedMessage[]): Map<Uidl, number> {
  const rows = new Map<Uidl, number>();
  for (const { uidl } of listing) if (uidl !== undefined) rows.set(uidl, (rows.get(uidl) ?? 0) + 1);
  return rows;
}
