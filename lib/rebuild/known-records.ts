// What the ledger knows of the stored messages of an account, by their octets: none of their records is touched, for one that is
// committed again would lose its mark.

import type { AccountId } from '../core/account.ts';
import type { Sha256 } from '../core/record.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { KnownFacts } from './known-facts.ts';

/**
 * About 300 octets of memory each. Of several records of the same octets, one under whose UIDL they were fetched.
 * @throws LEDGER_FAILED
 */
export async function readKnown(
  account: AccountId,
  ledger: Ledger,
): Promise<ReadonlyMap<Sha256, KnownFacts>> {
  const known = new Map<Sha256, KnownFacts>();
  for await (const record of ledger.records(account)) {
    if (record.state !== 'stored') continue;
    const { sha256, runId, firstSeen, listedOctets } = record;
    const uidl = record.identifiedBy === 'octets' ? record.uidl : undefined;
    if (uidl !== undefined || !known.has(sha256))
      known.set(sha256, { uidl, runId, fetchedAt: firstSeen, listedOctets });
  }
  return known;
}
