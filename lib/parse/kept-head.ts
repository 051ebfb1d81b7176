// Passes a message on and keeps its first octets: for a look at its header, should parsing it fail. Its source is read once.

import { MAX_KEPT_HEAD_OCTETS } from './limits.ts';

export class KeptHead {
  readonly #raw: AsyncIterable<Uint8Array>;
  readonly #pieces: Uint8Array[] = [];
  #octets = 0;

  constructor(raw: AsyncIterable<Uint8Array>) {
    this.#raw = raw;
  }

  /** Call it once. May be left early: the source is closed then. */
  async *read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#raw) {
      const piece = chunk.subarray(0, MAX_KEPT_HEAD_OCTETS - this.#octets);
      if (piece.length > 0) this.#pieces.push(piece);
      this.#octets += piece.length;
      yield chunk;
    }
  }

  get sizeOctets(): number {
    return this.#octets;
  }

  /** What was read so far, up to MAX_KEPT_HEAD_OCTETS. */
  async *head(): AsyncGenerator<Uint8Array> {
    yield* this.#pieces;
  }
}
