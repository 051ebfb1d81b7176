// The quoting of mboxrd, on octets that stream by: every line that matches ^>*From_ (the space included) gets one more `>`,
// so that taking one `>` from every line that matches ^>+From_ gives the same octets back. A line starts at the first octet
// and after every LF; nothing else is a line's end, and no other octet is touched.

const LF = 0x0a;
const QUOTE = 0x3e;
const FROM = Buffer.from('From ', 'latin1');

/** `push` every chunk of one message, then `end`. Keeps at most four octets back, however long the lines are. */
export class MboxQuoter {
  /** The start of a `From ` that the chunk before has cut. */
  #held: Buffer = Buffer.alloc(0);
  /** Whether all since the last line's end, up to what is held, is `>`. */
  #isOpen = true;

  /** @returns the octets to be written; they may share memory with the chunk */
  push(chunk: Uint8Array): Uint8Array {
    const octets = this.#withHeld(chunk);
    const pieces: Uint8Array[] = [];
    let start = 0;
    for (let at = octets.indexOf(FROM); at !== -1; at = octets.indexOf(FROM, at + FROM.length)) {
      if (!this.#isLineOf(octets, at)) continue;
      // Among other quotes it makes no difference where the new one stands.
      pieces.push(octets.subarray(start, at), Buffer.of(QUOTE));
      start = at;
    }
    const end = octets.length - cutAtEnd(octets);
    this.#isOpen = this.#isLineOf(octets, end);
    // A copy: the chunk's memory may be used again.
    this.#held = Buffer.from(octets.subarray(end));
    const last = octets.subarray(start, end);
    return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
  }

  /** @returns what was kept back: a `From ` that is none */
  end(): Uint8Array {
    return this.#held;
  }

  #withHeld(chunk: Uint8Array): Buffer {
    if (this.#held.length > 0) return Buffer.concat([this.#held, chunk]);
    return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }

  /** Whether there is nothing but `>` between the start of a line and `at`. */
  #isLineOf(octets: Buffer, at: number): boolean {
    let before = at - 1;
    while (before >= 0 && octets[before] === QUOTE) before -= 1;
    return before === -1 ? this.#isOpen : octets[before] === LF;
  }
}

/** How many of the last octets may be the start of a `From `. */
function cutAtEnd(octets: Buffer): number {
  for (let length = Math.min(FROM.length - 1, octets.length); length > 0; length -= 1)
    if (octets.subarray(octets.length - length).equals(FROM.subarray(0, length))) return length;
  return 0;
}
