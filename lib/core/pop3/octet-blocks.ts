// Octet strings by the million, put away one after the other in blocks that never move: growing costs no second copy.

/** An octet string is shorter than a block, and lies in one. */
const BLOCK_OCTETS = 256 * 1024;

const NOTHING = new Uint8Array(0);

export class OctetBlocks {
  readonly #blocks: Uint8Array[] = [new Uint8Array(BLOCK_OCTETS)];
  /** Octets in each block. */
  readonly #fills: number[] = [0];

  /** @returns where it lies, for `slice` and `between` */
  add(octets: Uint8Array, start: number, end: number): number {
    if ((this.#fills.at(-1) ?? 0) + end - start > BLOCK_OCTETS) {
      this.#blocks.push(new Uint8Array(BLOCK_OCTETS));
      this.#fills.push(0);
    }
    const last = this.#blocks.length - 1;
    const block = this.#blocks[last] ?? octets;
    const place = this.#fills[last] ?? 0;
    for (let at = start; at < end; at += 1) block[place + at - start] = octets[at] ?? 0;
    this.#fills[last] = place + end - start;
    return last * BLOCK_OCTETS + place;
  }

  /** One octet string, not copied. */
  slice(place: number, length: number): Uint8Array {
    const start = place % BLOCK_OCTETS;
    return this.#blocks[Math.floor(place / BLOCK_OCTETS)]?.subarray(start, start + length) ?? NOTHING;
  }

  /** All octet strings from one place to before another, one right after the other, in pieces that are not copied. */
  *between(from: number, to: number): Generator<Uint8Array, void, undefined> {
    const last = Math.floor(to / BLOCK_OCTETS);
    for (let index = Math.floor(from / BLOCK_OCTETS); index <= last; index += 1) {
      const before = index * BLOCK_OCTETS;
      const start = Math.max(0, from - before);
      const end = Math.min(this.#fills[index] ?? 0, to - before);
      if (start < end) yield this.slice(before + start, end - start);
    }
  }
}
