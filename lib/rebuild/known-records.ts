// What the ledger knows of the stored messages of an account, by their octets: none of their records is touched, for one that is
// committed again would lose its mark.

import type { AccountId } from '../core/account.ts';
import type { Sha256 } from '../core/record.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { KnownFacts } from './known-facts.ts';

/**
 * About 300 octets of memory each. Of several records of the same octets, one under whose UIDL they were fetched; and always
 * the same one, in whatever order the ledger gives them.
 * @param isWanted others are passed over
 * @throws LEDGER_FAILED
 */
export async function readKnown(
  account: AccountId,
  ledger: Pick<Ledger, 'records'>,
  isWanted: (sha256: Sha256) => boolean = () => true,
): Promise<ReadonlyMap<Sha256, KnownFacts>> {
  const known = new Map<Sha256, KnownFacts>();
  for await (const record of ledger.records(account)) {
    if (record.state !== 'stored' || !isWanted(record.sha256)) continue;
    const { sha256, runId, firstSeen, listedOctets } = record;
    const uidl = record.identifiedBy === 'octets' ? record.uidl : undefined;
    const facts = { uidl, runId, fetchedAt: firstSeen, listedOctets };
    const before = known.get(sha256);
    if (before === undefined || goesBefore(facts, before)) known.set(sha256, facts);
  }
  return known;
}

/** With a UIDL before without, then the earlier, then by what else tells them apart. */
function goesBefore(facts: KnownFacts, other: KnownFacts): boolean {
  const [has, otherHas] = [facts.uidl !== undefined, other.uidl !== undefined];
  if (has !== otherHas) return has;
  if (facts.fetchedAt !== other.fetchedAt) return facts.fetchedAt < other.fetchedAt;
  const nameOf = ({ runId, uidl }: KnownFacts): string => `${runId} ${uidl ?? ''}`;
  return nameOf(facts) < nameOf(other);
}
