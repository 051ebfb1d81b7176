// Base64 in pieces (RFC 2045 section 6.8): octets outside the alphabet are skipped, and padding is the end of the data: what stands
// behind it is more often rubbish than content. The decoding itself is Node's.

import type { Problem } from '../core/message/problems.ts';

const LF = 0x0a;
const CR = 0x0d;
/** What Node's decoder would take for more than rubbish: padding, and the other alphabet of RFC 4648. */
const NOT_FOR_NODE = [0x3d, 0x2d, 0x5f];

/** 1 for the alphabet, 2 for the padding, 0 for everything else. */
const KINDS = new Uint8Array(256);
for (const octet of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')) {
  KINDS[octet] = 1;
}
const PADDING = 2;
KINDS[0x3d] = PADDING;

export class Base64Decoder {
  readonly #note: (problem: Problem) => void;
  /** Up to three characters that are no group yet. */
  #waiting: Uint8Array = new Uint8Array();
  #isPadded = false;

  constructor(note: (problem: Problem) => void) {
    this.#note = note;
  }

  push(octets: Uint8Array): Uint8Array {
    const decoded = Buffer.allocUnsafe(decodedOctets(this.#waiting.length + octets.length));
    const head = octets.indexOf(LF) + 1;
    const lines = head === 0 || this.#isPadded ? undefined : wholeLines(octets, head);
    if (lines === undefined) return decoded.subarray(0, this.#pushAny(octets, decoded, 0));
    let end = this.#pushAny(octets.subarray(0, head), decoded, 0);
    const isGroup = !this.#isPadded && this.#waiting.length === 0;
    const written = isGroup ? decodeLines(octets, lines, decoded, end) : undefined;
    end += written ?? 0;
    end += this.#pushAny(octets.subarray(written === undefined ? head : lines.end), decoded, end);
    return decoded.subarray(0, end);
  }

  /** @returns how many octets were written */
  #pushAny(octets: Uint8Array, decoded: Buffer, start: number): number {
    const characters = Buffer.allocUnsafe(this.#waiting.length + octets.length);
    characters.set(this.#waiting);
    let end = this.#waiting.length;
    for (let index = 0; index < octets.length; index += 1) {
      const octet = octets[index] ?? 0;
      const kind = KINDS[octet];
      if (kind === 1) {
        if (this.#isPadded) {
          this.#note('base64-after-end');
          break;
        }
        characters[end] = octet;
        end += 1;
      } else if (kind === PADDING && end % 4 > 1) this.#isPadded = true;
    }
    const whole = this.#isPadded ? end : end - (end % 4);
    this.#waiting = Buffer.from(characters.subarray(whole, end));
    return decoded.write(characters.toString('latin1', 0, whole), start, 'base64');
  }

  /** A group that lacks its padding still has the octets it has. */
  end(): Uint8Array {
    return Buffer.from(Buffer.from(this.#waiting).toString('latin1'), 'base64');
  }
}

/** Lines of one length. */
interface Lines {
  readonly start: number;
  readonly end: number;
  readonly characterCount: number;
}

/** What nearly all base64 is: lines of one length, each of whole groups. */
function wholeLines(octets: Uint8Array, start: number): Lines | undefined {
  const lineOctets = octets.indexOf(LF, start) + 1 - start;
  const characters = lineOctets - (octets[start + lineOctets - 2] === CR ? 2 : 1);
  if (characters < 4 || characters % 4 !== 0) return undefined;
  let end = start;
  while (octets[end + lineOctets - 1] === LF) end += lineOctets;
  return { start, end, characterCount: ((end - start) / lineOctets) * characters };
}

/**
 * @returns how many octets were written; `undefined` unless every character of every line is one of the alphabet: then Node
 *          decodes what this decoder would
 */
function decodeLines(
  octets: Uint8Array,
  { start, end, characterCount }: Lines,
  decoded: Buffer,
  offset: number,
): number | undefined {
  const lines = Buffer.from(octets.buffer, octets.byteOffset + start, end - start);
  if (NOT_FOR_NODE.some((octet) => lines.includes(octet))) return undefined;
  const written = decoded.write(lines.toString('latin1'), offset, 'base64');
  return written === decodedOctets(characterCount) ? written : undefined;
}

function decodedOctets(characters: number): number {
  return Math.ceil((characters * 3) / 4);
}
