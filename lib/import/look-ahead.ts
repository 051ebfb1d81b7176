// How many messages a run has under way: as many as take a moment, whatever that is here, because what is under way when the
// run is to stop is still taken.

import { PIPELINED } from '../core/pop3/retrieval-window.ts';

/** Before anything is known of the pace: a run that has little time must not have to take more than it can. */
const FIRST = 2;
/** Longer than any way to a server and back: more under way would be no faster. */
const MOMENT_MS = 200;
const WEIGHT_OF_LAST = 1 / 2;

export class LookAhead {
  #paceMs: number | undefined;

  /** From 1 up to what is of use. */
  get messages(): number {
    if (this.#paceMs === undefined) return FIRST;
    const inAMoment = Math.floor(MOMENT_MS / Math.max(this.#paceMs, 1));
    return Math.min(Math.max(inAMoment, 1), PIPELINED.messages);
  }

  /** @param tookMs from its turn until it had come, with the wait for room to store it */
  note(tookMs: number): void {
    const before = this.#paceMs ?? tookMs;
    this.#paceMs = before + (tookMs - before) * WEIGHT_OF_LAST;
  }
}
