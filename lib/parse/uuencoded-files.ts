// Files that stand uuencoded in a text, as mail had them before MIME (POSIX uuencode(1)). Strict: a file is what begins, ends, and
// has in between nothing but lines as long as they say. Everything else is text.

import { decodeHeaderOctets } from '../core/message/encoded-words.ts';
import type { Problem } from '../core/message/problems.ts';
import { decodeUuLine } from './uu-decoder.ts';

export interface UuencodedFile {
  /** As the text gives it: data, never a path. */
  readonly name: string | null;
  readonly octets: Buffer;
}

const LF = 0x0a;
const BEGIN_MARK = Buffer.from('begin ');
const BEGIN = /^begin [0-7]{3,4}(?: (.*))?$/;
/** The alphabet, and no white space but the space that is zero in it. */
const DATA = /^[ -`]+$/;

/** @param text the octets of a body, its transfer encoding undone */
export function uuencodedFilesIn(
  text: Buffer,
  maxFiles: number,
  note: (problem: Problem) => void,
): UuencodedFile[] {
  const files: UuencodedFile[] = [];
  let start = text.indexOf(BEGIN_MARK);
  while (start !== -1 && files.length < maxFiles) {
    const isLineStart = start === 0 || text[start - 1] === LF;
    const found = isLineStart ? readFile(new Lines(text, start), note) : undefined;
    if (found !== undefined) files.push(found.file);
    start = text.indexOf(BEGIN_MARK, found?.end ?? start + BEGIN_MARK.length);
  }
  if (files.length > 0) note('uuencode-in-text');
  return files;
}

function readFile(
  lines: Lines,
  note: (problem: Problem) => void,
): { readonly file: UuencodedFile; readonly end: number } | undefined {
  const begin = BEGIN.exec(lines.next() ?? '');
  if (begin === null) return undefined;
  const name = decodeHeaderOctets(begin[1] ?? '', () => undefined).trim();
  const pieces: Uint8Array[] = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line === 'end') {
      return {
        file: { name: name === '' ? null : name, octets: Buffer.concat(pieces) },
        end: lines.position,
      };
    }
    if (!isDataLine(line)) break;
    pieces.push(decodeUuLine(line));
  }
  if (pieces.length > 0) note('uuencode-broken');
  return undefined;
}

/** The first character says how many octets; encoders may leave out the last characters that say nothing, or add a checksum. */
function isDataLine(line: string): boolean {
  if (line === '') return true;
  const octets = (line.charCodeAt(0) - 32) & 63;
  const isLongEnough = line.length >= 1 + Math.ceil((octets * 4) / 3);
  return DATA.test(line) && isLongEnough && line.length <= 2 + Math.ceil(octets / 3) * 4;
}

/** One character an octet, without their ends. */
class Lines {
  readonly #text: Buffer;
  position: number;

  constructor(text: Buffer, start: number) {
    this.#text = text;
    this.position = start;
  }

  next(): string | undefined {
    if (this.position >= this.#text.length) return undefined;
    const start = this.position;
    const found = this.#text.indexOf(LF, start);
    const end = found === -1 ? this.#text.length : found;
    this.position = end + 1;
    return this.#text.toString('latin1', start, end).replace(/\r$/, '');
  }
}
