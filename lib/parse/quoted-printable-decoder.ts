// Quoted-printable in pieces (RFC 2045 section 6.7). A `=` that starts neither an octet nor a soft line break stays as it stands;
// white space at the end of a line was added on the way and is dropped, unless it is encoded.

/** Stops: holding a line that never ends. Longer ones are cut, and only their white space and `=` at the cut may then be read wrong. */
const MAX_HELD_OCTETS = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const EQUALS = 0x3d;

/** The value of a hexadecimal digit, 16 for everything else. */
const DIGITS = new Uint8Array(256).fill(16);
for (let value = 0; value < 16; value += 1) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
  DIGITS[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

export class QuotedPrintableDecoder {
  /** A line whose end has not come. */
  #held: Uint8Array[] = [];
  #heldOctets = 0;

  push(octets: Uint8Array): Uint8Array {
    const lineEnd = octets.lastIndexOf(LF) + 1;
    if (lineEnd === 0 && this.#heldOctets + octets.length <= MAX_HELD_OCTETS) {
      this.#hold(octets);
      return new Uint8Array();
    }
    const cut = lineEnd === 0 ? octets.length : lineEnd;
    const lines = this.#takeWith(octets.subarray(0, cut));
    this.#hold(octets.subarray(cut));
    return decodeLines(lines);
  }

  end(): Uint8Array {
    return decodeLines(this.#takeWith(new Uint8Array()));
  }

  #hold(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#held.push(octets);
    this.#heldOctets += octets.length;
  }

  #takeWith(octets: Uint8Array): Uint8Array {
    if (this.#held.length === 0) return octets;
    const whole = Buffer.concat([...this.#held, octets]);
    this.#held = [];
    this.#heldOctets = 0;
    return whole;
  }
}

function decodeLines(lines: Uint8Array): Uint8Array {
  const decoded = Buffer.allocUnsafe(lines.length);
  let end = 0;
  /** Behind what was encoded, which a line end never removes. */
  let kept = 0;
  for (let index = 0; index < lines.length; index += 1) {
    const octet = lines[index] ?? 0;
    if (octet === LF || (octet === CR && lines[index + 1] === LF)) {
      while (end > kept && (decoded[end - 1] === SPACE || decoded[end - 1] === TAB)) end -= 1;
    } else if (octet === EQUALS) {
      const after = skipSoftBreak(lines, index + 1);
      if (after === -1) {
        const value = (DIGITS[lines[index + 1] ?? 0] ?? 16) * 16 + (DIGITS[lines[index + 2] ?? 0] ?? 16);
        const isOctet = DIGITS[lines[index + 1] ?? 0] !== 16 && DIGITS[lines[index + 2] ?? 0] !== 16;
        decoded[end] = isOctet ? value : EQUALS;
        end += 1;
        if (isOctet) index += 2;
      } else index = after - 1;
      kept = end;
      continue;
    }
    decoded[end] = octet;
    end += 1;
  }
  return decoded.subarray(0, end);
}

/** Where the next line starts if only white space stands between `start` and it, else -1. The end of everything counts as one. */
function skipSoftBreak(lines: Uint8Array, start: number): number {
  let index = start;
  while (lines[index] === SPACE || lines[index] === TAB) index += 1;
  if (index >= lines.length) return index;
  if (lines[index] === CR && lines[index + 1] === LF) return index + 2;
  return lines[index] === LF ? index + 1 : -1;
}
