// Finds the end of a message on the wire and takes the stuffed dots out, for the bare client.

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const LINE_AND_DOT = Buffer.from('\r\n.');

/** What may belong to an end or to a stuffed dot is kept until the next octets come. */
export class BareBody {
  readonly pieces: Buffer[] = [];
  #kept: Buffer | undefined;
  #isStart = true;

  /** @returns what follows the body once its end has come */
  push(chunk: Buffer): Buffer | undefined {
    let octets = this.#kept ? Buffer.concat([this.#kept, chunk]) : chunk;
    this.#kept = undefined;
    for (;;) {
      if (this.#isStart) {
        if (octets.length < 3) return this.#keep(octets);
        if (octets[0] === DOT) {
          if (octets[1] === CR && octets[2] === LF) return octets.subarray(3);
          octets = octets.subarray(1);
        }
        this.#isStart = false;
      }
      const at = octets.indexOf(LINE_AND_DOT);
      if (at === -1) return this.#passMost(octets);
      this.pieces.push(octets.subarray(0, at + 2));
      octets = octets.subarray(at + 2);
      this.#isStart = true;
    }
  }

  /** A line end may have come in part, and a dot may follow it. */
  #passMost(octets: Buffer): undefined {
    const isLineEnd = octets.at(-1) === LF && octets.at(-2) === CR;
    const held = isLineEnd ? 2 : octets.at(-1) === CR ? 1 : 0;
    if (octets.length > held) this.pieces.push(octets.subarray(0, octets.length - held));
    return this.#keep(octets.subarray(octets.length - held));
  }

  #keep(octets: Buffer): undefined {
    this.#kept = octets;
  }
}
