// How many messages may be asked for before the first of them has come (RFC 2449 section 6.6). Pure.

/** May change on the way. */
export interface WindowLimits {
  /** Several commands may be under way: then each message has to prove that it is the one asked for. */
  readonly isPipelined: boolean;
  /** Messages whose answers are due. */
  readonly messages: number;
  /** Their octets as LIST gives them: what is under way when a run must end is lost time. */
  readonly octets: number;
}

/** By measurement 64 messages and 8 MB reach nine tenths of the possible at 20 and 80 ms; more is slower where packets are lost. */
export const PIPELINED: WindowLimits = { isPipelined: true, messages: 64, octets: 8 * 1024 * 1024 };

/** One command at a time. */
export const ONE_BY_ONE: WindowLimits = { isPipelined: false, messages: 1, octets: Infinity };

/** A message whose size LIST did not give counts as much as most mail. */
const UNKNOWN_OCTETS = 64 * 1024;

export class RetrievalWindow {
  readonly #limits: WindowLimits;
  #messages = 0;
  #octets = 0;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  /** Half empty: time to ask for more, many commands in one packet. */
  get isLow(): boolean {
    return this.#messages <= this.#limits.messages / 2 && this.#octets <= this.#limits.octets / 2;
  }

  /** A single message may be of any size. */
  hasRoomFor(octets: number | undefined): boolean {
    if (this.#messages === 0) return true;
    const sum = this.#octets + (octets ?? UNKNOWN_OCTETS);
    return this.#messages < this.#limits.messages && sum <= this.#limits.octets;
  }

  add(octets: number | undefined): void {
    this.#messages += 1;
    this.#octets += octets ?? UNKNOWN_OCTETS;
  }

  remove(octets: number | undefined): void {
    this.#messages -= 1;
    this.#octets -= octets ?? UNKNOWN_OCTETS;
  }
}
