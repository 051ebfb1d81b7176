// Passes a message on and keeps its first octets: for a look at its header, should parsing it fail. Its source is read once, and to
// its end before anything is made of it: only then it is known to be what it is said to be.

import { MAX_KEPT_HEAD_OCTETS } from './limits.ts';

export class KeptHead {
  readonly #raw: AsyncIterator<Uint8Array>;
  readonly #pieces: Uint8Array[] = [];
  #octets = 0;

  constructor(raw: AsyncIterable<Uint8Array>) {
    this.#raw = raw[Symbol.asyncIterator]();
  }

  /** Call it once. May be left early: what was not read then is read by `readRest`. */
  async *read(): AsyncGenerator<Uint8Array> {
    for (let next = await this.#raw.next(); next.done !== true; next = await this.#raw.next()) {
      const piece = next.value.subarray(0, MAX_KEPT_HEAD_OCTETS - this.#octets);
      if (piece.length > 0) this.#pieces.push(piece);
      this.#octets += piece.length;
      yield next.value;
    }
  }

  /** Nothing is kept of it. @throws what the source throws: then what came is worthless */
  async readRest(): Promise<void> {
    for (let next = await this.#raw.next(); next.done !== true; next = await this.#raw.next());
  }

  /** The source is not read any further. Safe to repeat. */
  async close(): Promise<void> {
    await this.#raw.return?.();
  }

  get sizeOctets(): number {
    return this.#octets;
  }

  /** What was read so far, up to MAX_KEPT_HEAD_OCTETS. */
  async *head(): AsyncGenerator<Uint8Array> {
    yield* this.#pieces;
  }
}
