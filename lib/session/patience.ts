// How long a server may keep us waiting for one answer. Only time spent waiting for it counts, never our own.

/** Milliseconds that only ever grow. */
export type Clock = () => number;

export class Patience {
  readonly timeoutMs: number;
  readonly #quantumOctets: number;
  #spentMs = 0;
  #octets = 0;

  /**
   * @param timeoutMs for all of an answer
   * @param quantumOctets each time as many have come the time starts anew; left out: never
   */
  constructor(timeoutMs: number, quantumOctets = Infinity) {
    this.timeoutMs = timeoutMs;
    this.#quantumOctets = quantumOctets;
  }

  /** Never 0: what has arrived already is read even so. */
  get leftMs(): number {
    return Math.max(1, this.timeoutMs - this.#spentMs);
  }

  get isSpent(): boolean {
    return this.#spentMs >= this.timeoutMs;
  }

  note(waitedMs: number, octets: number): void {
    this.#spentMs += waitedMs;
    this.#octets += octets;
    if (this.#octets < this.#quantumOctets) return;
    this.#octets = 0;
    this.#spentMs = 0;
  }
}
