// Puts the listing before the ledger, a few rows at a time, so that never more records are held than that.

import type { Account } from '../core/account.ts';
import { countRows } from '../core/plan.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { Ledger } from '../ports/ledger.ts';
import { compareListing } from './compare.ts';
import type { ListingComparison } from './compare.ts';
import type { Difference } from './difference.ts';

const ROWS_AT_ONCE = 1000;

/** @throws LEDGER_FAILED */
export async function compareWithListing(
  listing: readonly ListedMessage[],
  { id, limits }: Account,
  ledger: Ledger,
): Promise<ListingComparison> {
  const differences: Difference[] = [];
  let agreed = 0;
  for (const rows of inParts(listing)) {
    const uidls = rows.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl]));
    const compared = compareListing(rows, await ledger.find(id, uidls), limits);
    for (const difference of compared.differences) differences.push(difference);
    agreed += compared.agreed;
  }
  return { differences, agreed };
}

/** Rows that share a UIDL stay together: there are few of them, as a rule, or few UIDLs. */
function* inParts(listing: readonly ListedMessage[]): Iterable<readonly ListedMessage[]> {
  const counts = countRows(listing);
  const isShared = ({ uidl }: ListedMessage): boolean => uidl !== undefined && (counts.get(uidl) ?? 0) > 1;
  const shared = listing.filter(isShared);
  if (shared.length > 0) yield shared;
  const others = listing.filter((row) => !isShared(row));
  for (let from = 0; from < others.length; from += ROWS_AT_ONCE)
    yield others.slice(from, from + ROWS_AT_ONCE);
}
