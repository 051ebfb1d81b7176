// After a UIDL turnover: which recorded message is which listed one, by header and size. Pure. A guess until a sample of
// it has been fetched in full; never made where two messages could be meant.

import type { ListedMessage } from './pop3/listing.ts';
import type { Sha256, StoredRecord } from './record.ts';

/** A listed message of unknown UIDL, and the hash of what TOP n 0 showed of it. */
export interface ShownHeader {
  readonly listed: ListedMessage;
  readonly headerSha256: Sha256;
}

export interface TurnoverMatch {
  readonly listed: ListedMessage;
  /** The oldest of the records that have this message. */
  readonly record: StoredRecord;
}

/**
 * Pure; keeps the order of `shown`.
 * @param records stored records whose UIDL is not listed any more, by the hash of their header
 */
export function matchTurnover(
  shown: readonly ShownHeader[],
  records: ReadonlyMap<Sha256, readonly StoredRecord[]>,
): TurnoverMatch[] {
  const timesShown = new Map<Sha256, number>();
  for (const { headerSha256 } of shown) timesShown.set(headerSha256, (timesShown.get(headerSha256) ?? 0) + 1);
  return shown.flatMap(({ listed, headerSha256 }) => {
    if (timesShown.get(headerSha256) !== 1) return [];
    const record = theOne(records.get(headerSha256) ?? [], listed.octets);
    return record ? [{ listed, record }] : [];
  });
}

/** One message, however many UIDLs it had: records of several contents mean that the header does not tell. */
function theOne(records: readonly StoredRecord[], octets: number | undefined): StoredRecord | undefined {
  const [first, ...others] = [...records].sort((a, b) => a.firstSeen - b.firstSeen);
  if (!first || others.some(({ sha256 }) => sha256 !== first.sha256)) return undefined;
  return octets === first.octets || (octets !== undefined && octets === first.listedOctets)
    ? first
    : undefined;
}

/** So few matches are confirmed one by one. */
const SMALLEST_SAMPLE = 3;

/** Matches to confirm in full before the rest is believed: about the square root of their number, spread evenly. */
export function sampleOf(matches: readonly TurnoverMatch[]): TurnoverMatch[] {
  const size = Math.min(matches.length, Math.max(SMALLEST_SAMPLE, Math.ceil(Math.sqrt(matches.length))));
  const step = matches.length / size;
  return Array.from({ length: size }, (_, index) => matches[Math.floor(index * step)]).filter(
    (match) => match !== undefined,
  );
}
