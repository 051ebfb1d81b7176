// The counts that must balance: every message a server listed ends a run in exactly one of these states.

/** How many of the listed messages ended in each state. */
export interface RunCounts {
  /** Rows of the server's listing. */
  readonly listed: number;
  /** In the ledger before this run. */
  readonly known: number;
  /** Written to the archive by this run. */
  readonly stored: number;
  /** Fetched, and found byte for byte in the archive already. */
  readonly duplicate: number;
  /** Left on the server by a rule of the account (too large). */
  readonly skipped: number;
  /** Set aside after repeated failures. */
  readonly quarantined: number;
  /** Tried in this run, not stored. */
  readonly failed: number;
  /** Not tried in this run: left for the next. */
  readonly deferred: number;
}

export type MessageOutcome = Exclude<keyof RunCounts, 'listed'>;

/** The states in the order people read them. */
export const MESSAGE_OUTCOMES = [
  'known',
  'stored',
  'duplicate',
  'skipped',
  'quarantined',
  'failed',
  'deferred',
] as const satisfies readonly MessageOutcome[];

/** `listed = known + stored + duplicate + skipped + quarantined + failed + deferred`. Anything else is a bug of ours. */
export function isBalanced(counts: RunCounts): boolean {
  if (MESSAGE_OUTCOMES.some((outcome) => counts[outcome] < 0)) return false;
  return counts.listed === MESSAGE_OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
}
