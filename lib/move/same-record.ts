// Whether two records say the same, and whose word counts where they do not. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { MessageRecord } from '../core/record.ts';

/**
 * Whether the target's record of a message stays as it is, because the target made it by itself. One that an earlier move
 * brought there is known by its first sight and its run, and follows the source.
 * @param there what the target has of the same message, or if it is not stored, of its UIDL
 * @param isTargetAhead the target has worked on the account since, or on its own: then nothing that it knows is changed
 */
export function isTargetsOwn(
  record: MessageRecord,
  there: MessageRecord | undefined,
  isTargetAhead: boolean,
): boolean {
  if (there === undefined) return false;
  // A failure is never worth more than a message.
  if (there.state !== 'stored') return isTargetAhead && record.state !== 'stored';
  if (isTargetAhead || record.state !== 'stored') return true;
  return there.firstSeen !== record.firstSeen || there.runId !== record.runId;
}

/** A field that is absent says the same as one that is `undefined`. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(asWritten(a), asWritten(b));
}

function asWritten(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
