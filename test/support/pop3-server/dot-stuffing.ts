// The sending half of a multi-line answer (RFC 1939 section 3): doubles the dot that begins a line, ends with `.`.
// A line begins after CRLF only: a dot after a bare LF or a bare CR is left alone.

const CRLF_DOT = Buffer.from('\r\n.');
const [CR, LF, FULL_STOP] = [0x0d, 0x0a, 0x2e];

export class DotStuffer {
  /** The last two octets seen. The status line before the first one ended in CRLF. */
  #before: number = CR;
  #last: number = LF;
  #isEmpty = true;

  /** The chunk itself, or a copy of it if a dot had to be doubled. */
  push(chunk: Buffer): Buffer {
    const dots = this.#dotsToDouble(chunk);
    if (chunk.length > 0) {
      this.#isEmpty = false;
      this.#before = chunk.at(-2) ?? this.#last;
      this.#last = chunk.at(-1) ?? this.#last;
    }
    if (dots.length === 0) return chunk;
    const stuffed = Buffer.allocUnsafe(chunk.length + dots.length);
    let from = 0;
    for (const [before, dot] of dots.entries()) {
      // The dot is copied twice: as the end of this piece and as the beginning of the next.
      chunk.copy(stuffed, from + before, from, dot + 1);
      from = dot;
    }
    chunk.copy(stuffed, from + dots.length, from);
    return stuffed;
  }

  /** What ends the answer; with the CRLF that the last line lacks, if it does. */
  end(): Buffer {
    return Buffer.from(this.#isEmpty || this.#isAtLineStart() ? '.\r\n' : '\r\n.\r\n');
  }

  #isAtLineStart(): boolean {
    return this.#before === CR && this.#last === LF;
  }

  #dotsToDouble(chunk: Buffer): number[] {
    const dots: number[] = [];
    if (this.#isAtLineStart() && chunk[0] === FULL_STOP) dots.push(0);
    else if (this.#last === CR && chunk[0] === LF && chunk[1] === FULL_STOP) dots.push(1);
    for (let at = chunk.indexOf(CRLF_DOT); at >= 0; at = chunk.indexOf(CRLF_DOT, at + CRLF_DOT.length)) {
      dots.push(at + 2);
    }
    return dots;
  }
}
