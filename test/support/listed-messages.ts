// Listings and what a ledger has of them, in few words: for tests of what is decided about both.

import type { MessageRecord } from '../../lib/core/record.ts';
import type { ListedMessage } from '../../lib/core/pop3/listing.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import { uidlOf } from '../contract/sample-records.ts';

/** One row; without an id, a message that the server gave none. */
export function row(
  messageNumber: number,
  id: string | undefined,
  octets: number | undefined = 100,
): ListedMessage {
  return { messageNumber, octets, uidl: id === undefined ? undefined : uidlOf(id) };
}

/** One row that LIST has no usable size of. */
export function rowOfUnknownSize(messageNumber: number, id: string | undefined): ListedMessage {
  return { ...row(messageNumber, id), octets: undefined };
}

/** Records by their UIDL, as `Ledger.find` gives them. */
export function knownBy(...records: readonly MessageRecord[]): ReadonlyMap<Uidl, readonly MessageRecord[]> {
  const known = new Map<Uidl, MessageRecord[]>();
  for (const record of records) known.set(record.uidl, [...(known.get(record.uidl) ?? []), record]);
  return known;
}
