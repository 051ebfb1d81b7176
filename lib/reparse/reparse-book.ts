// The books of one account's reparse: every object in one state, every problem by name.

import type { AccountId } from '../core/account.ts';
import type { ReparseCounts, ReparseProblem, ReparseProblemKind, ReparseReport } from './reparse-report.ts';

/** What becomes of an object. */
export type ReparseOutcome =
  'written' | 'unchanged' | 'kept' | 'failed' | 'left' | 'underWay' | 'present' | 'outside';

export class ReparseBook {
  readonly counts: ReparseCounts = {
    objects: 0,
    written: 0,
    unchanged: 0,
    kept: 0,
    failed: 0,
    left: 0,
    underWay: 0,
    present: 0,
    outside: 0,
    unknownImport: 0,
    mended: 0,
    octets: 0,
    missing: 0,
  };
  readonly #problems: ReparseProblem[] = [];

  /** An object is done with: once. */
  settle(outcome: ReparseOutcome): void {
    this.counts.objects += 1;
    this.counts[outcome] += 1;
  }

  report(kind: ReparseProblemKind, key: string, detail?: string): void {
    this.#problems.push({ kind, key, detail });
  }

  countOf(kind: ReparseProblemKind): number {
    return this.#problems.filter((problem) => problem.kind === kind).length;
  }

  toReport(account: AccountId): ReparseReport {
    return { account, counts: this.counts, problems: this.#problems };
  }
}
