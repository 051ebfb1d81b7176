// What a ledger makes of a record that it is given, and whether two records say the same. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { MessageRecord } from '../core/record.ts';

/**
 * What is in a ledger once `wanted` was committed and marked: as `Ledger.commit` promises it.
 * @param there what the ledger has of the same message, or if it is not stored, of its UIDL
 */
export function mergedRecord(wanted: MessageRecord, there: MessageRecord | undefined): MessageRecord {
  if (there?.state !== 'stored') return wanted;
  if (wanted.state !== 'stored') return there;
  const { firstSeen, runId } = there;
  const identifiedBy = there.identifiedBy === 'octets' ? 'octets' : wanted.identifiedBy;
  return { ...wanted, firstSeen, runId, identifiedBy };
}

/** A field that is absent says the same as one that is `undefined`. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(asWritten(a), asWritten(b));
}

function asWritten(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
