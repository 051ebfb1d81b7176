// What a document made again says of its message's import. Pure: of what is known, and never of the clock.

import { rawKey } from '../core/keys.ts';
import type { RawKeyParts } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { KnownFacts } from '../rebuild/known-facts.ts';

/**
 * Of an import of which nobody knows anything: no run has this id, and no mail was fetched at that time. A later reading does not
 * take them for facts (`factsInDocument`), so the document is put right once something is known.
 */
const UNKNOWN_IMPORT = { uidl: undefined, runId: '', fetchedAt: 0 } as const;

export function toIngest(
  { account, dt, sha256 }: RawKeyParts,
  sizeOctets: number,
  facts: KnownFacts | undefined,
): IngestFacts {
  const { uidl, runId, fetchedAt } = facts ?? UNKNOWN_IMPORT;
  return {
    account,
    uidl: uidl ?? null,
    sha256,
    size: sizeOctets,
    rawKey: rawKey(account, dt, sha256),
    runId,
    fetchedAt: new Date(fetchedAt).toISOString(),
  };
}

/** Of a job, which says nothing of what LIST said. */
export function toKnownFacts({ uidl, runId, fetchedAt }: IngestFacts): KnownFacts {
  return {
    uidl: (uidl ?? undefined) as KnownFacts['uidl'],
    runId,
    fetchedAt: Date.parse(fetchedAt),
    listedOctets: undefined,
  };
}
