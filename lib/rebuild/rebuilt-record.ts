// The record, and the parse job, of a raw object that was read and proven. Pure.

import type { RawKeyParts } from '../core/keys.ts';
import { rawKey } from '../core/keys.ts';
import type { StoredRecord } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { ParseJob } from '../ports/work.ts';
import type { KnownFacts } from './known-facts.ts';
import type { ProvenObject } from './prove-object.ts';

/**
 * A message whose UIDL is not known is recorded by its content alone: fetched once more under its UIDL it is a `duplicate`.
 * @param facts `undefined` if nothing is known of its import
 * @param rebuilding whose run, and when: for want of the facts
 */
export function toStoredRecord(
  { dt }: RawKeyParts,
  { sha256, sizeOctets, headerSha256 }: ProvenObject,
  facts: KnownFacts | undefined,
  rebuilding: { readonly runId: string; readonly now: number },
): StoredRecord {
  return {
    state: 'stored',
    uidl: facts?.uidl ?? NO_UIDL,
    sha256,
    octets: sizeOctets,
    listedOctets: facts?.listedOctets,
    dt,
    headerSha256,
    firstSeen: facts?.fetchedAt ?? rebuilding.now,
    identifiedBy: 'octets',
    mark: undefined,
    runId: facts?.runId ?? rebuilding.runId,
  };
}

export function toParseJob(
  { account }: RawKeyParts,
  { sha256, octets, dt, runId, firstSeen }: StoredRecord,
  facts: KnownFacts | undefined,
): ParseJob {
  return {
    ingest: {
      account,
      uidl: facts?.uidl ?? null,
      sha256,
      size: octets,
      rawKey: rawKey(account, dt, sha256),
      runId,
      fetchedAt: new Date(firstSeen).toISOString(),
    },
  };
}
