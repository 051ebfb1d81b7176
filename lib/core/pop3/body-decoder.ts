// Turns the multi-line answer to RETR or TOP back into the message: finds its end, undoes the byte-stuffing, and
// changes nothing else. NUL, 8-bit octets, bare CR, bare LF and lines of any length pass through as they are.

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

/**
 * How a server ends lines. With `crlf` a bare LF starts no line, or a message could carry a forged end and forged answers
 * behind it (RFC 1939 section 3 knows CRLF only). `lf` is for an answer whose own status line ended in a bare LF: its server
 * ends every line so, and CRLF is a line end then too.
 */
export type LineEnds = 'crlf' | 'lf';

/** The end of one line and a dot at the start of the next: the only place where anything can happen. */
const LINE_END_AND_DOT = { crlf: Buffer.from('\r\n.', 'latin1'), lf: Buffer.from('\n.', 'latin1') };

/** Where the stream stands. A "line start" is the start of the body, or what follows the end of a line. */
type Position =
  | 'in-line'
  /** the last octet was a CR */
  | 'after-cr'
  | 'line-start'
  /** at a line start came a dot, held back */
  | 'dot'
  /** at a line start came a dot and a CR, both held back */
  | 'dot-cr'
  /** the lone dot was seen, with the end of its line */
  | 'ended';

export interface PushedBody {
  /** Octets of the message, in order: views into the chunk, or constants. */
  readonly octets: readonly Uint8Array[];
  /** The terminator was seen. Pushing more is an error of the caller. */
  readonly ended: boolean;
  /** What follows the terminator in this chunk: not ours. */
  readonly rest: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const HELD_DOT = new Uint8Array([DOT]);
const HELD_DOT_CR = new Uint8Array([DOT, CR]);

/**
 * RFC 1939 section 3: a line that is a single dot ends the body, and one dot is taken from the front of a line that
 * begins with two. A line that begins with one dot and goes on is from a server that does not stuff: it keeps its dot.
 * The CRLF before the terminator belongs to the message.
 */
export class BodyDecoder {
  readonly #lineEnds: LineEnds;
  #position: Position = 'line-start';

  constructor(lineEnds: LineEnds = 'crlf') {
    this.#lineEnds = lineEnds;
  }

  push(chunk: Uint8Array): PushedBody {
    if (this.#position === 'ended') throw new Error('body decoder: pushed beyond the terminator');
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const octets: Uint8Array[] = [];
    let index = 0;
    while (index < buffer.length) {
      if (this.#position === 'in-line') {
        index = this.#passPlainOctets(buffer, index, octets);
      } else {
        index = this.#stepLineStart(buffer, index, octets);
        if (this.#isEnded()) return { octets, ended: true, rest: chunk.subarray(index) };
      }
    }
    return { octets, ended: false, rest: NOTHING };
  }

  #isEnded(): boolean {
    return this.#position === 'ended';
  }

  /** Passes everything up to the next dot at a line start in one piece: nearly all octets of nearly all mail. */
  #passPlainOctets(buffer: Buffer, from: number, octets: Uint8Array[]): number {
    const sought = LINE_END_AND_DOT[this.#lineEnds];
    const found = buffer.indexOf(sought, from);
    const end = found === -1 ? buffer.length : found + sought.length - 1;
    octets.push(buffer.subarray(from, end));
    this.#position = found === -1 ? positionAfter(buffer, from, this.#lineEnds) : 'line-start';
    return end;
  }

  /** One octet of the few around a line start, where chunks may break anywhere. Returns the next index. */
  #stepLineStart(buffer: Buffer, index: number, octets: Uint8Array[]): number {
    const octet = buffer[index];
    switch (this.#position) {
      case 'after-cr':
        this.#position = octet === LF ? 'line-start' : octet === CR ? 'after-cr' : 'in-line';
        octets.push(buffer.subarray(index, index + 1));
        return index + 1;
      case 'line-start':
        // Not consumed unless it is the dot: the fast path takes the line from here.
        this.#position = octet === DOT ? 'dot' : 'in-line';
        return octet === DOT ? index + 1 : index;
      case 'dot':
        if (octet === CR || (octet === LF && this.#lineEnds === 'lf')) {
          this.#position = octet === CR ? 'dot-cr' : 'ended';
          return index + 1;
        }
        // The second of two dots stays, as the first octet of the line; any other octet gets the held dot back.
        if (octet !== DOT) octets.push(HELD_DOT);
        this.#position = 'in-line';
        return index;
      case 'dot-cr':
        if (octet === LF) {
          this.#position = 'ended';
          return index + 1;
        }
        octets.push(HELD_DOT_CR);
        this.#position = 'after-cr';
        return index;
      case 'in-line':
      case 'ended':
        throw new Error(`body decoder: no step at ${this.#position}`);
    }
  }
}

/** Where the stream stands after a run of plain octets that reaches the end of the chunk. */
function positionAfter(buffer: Buffer, from: number, lineEnds: LineEnds): Position {
  const last = buffer.at(-1);
  if (last === LF && lineEnds === 'lf') return 'line-start';
  if (last === CR) return 'after-cr';
  if (last === LF && buffer.length - from >= 2 && buffer.at(-2) === CR) return 'line-start';
  return 'in-line';
}
