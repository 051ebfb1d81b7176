// Counts one run: each listed message ends in one state, and what is not decided at the end is deferred.

import { isBalanced, MESSAGE_OUTCOMES } from '../core/run-counts.ts';
import type { MessageOutcome, RunCounts } from '../core/run-counts.ts';

export class Tally {
  #listed = 0;
  readonly #outcomes: Record<MessageOutcome, number> = {
    known: 0,
    stored: 0,
    duplicate: 0,
    skipped: 0,
    quarantined: 0,
    failed: 0,
    deferred: 0,
  };

  list(messages: number): void {
    this.#listed += messages;
  }

  count(outcome: MessageOutcome, messages = 1): void {
    this.#outcomes[outcome] += messages;
  }

  /** Messages listed and not yet counted. */
  get undecided(): number {
    return this.#listed - MESSAGE_OUTCOMES.reduce((sum, outcome) => sum + this.#outcomes[outcome], 0);
  }

  /** @throws Error if a message was counted twice or not at all: a bug of ours that must not pass for a good run */
  counts(): RunCounts {
    const counts = { listed: this.#listed, ...this.#outcomes };
    if (!isBalanced(counts)) throw new Error(`the counts do not balance: ${JSON.stringify(counts)}`);
    return counts;
  }
}
