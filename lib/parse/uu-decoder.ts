// uuencode as a transfer encoding (`x-uuencode`; POSIX uuencode(1)): what stands between `begin MODE NAME` and `end`.

import type { Problem } from '../core/message/problems.ts';

const BEGIN = /^begin [0-7]{3,4} /;
/** Lines are 61 characters; stops: holding one that never ends. */
const MAX_LINE_OCTETS = 64 * 1024;

export class UuDecoder {
  readonly #note: (problem: Problem) => void;
  #partial = '';
  #taken = 0;
  #given = 0;
  #state: 'before' | 'inside' | 'after' = 'before';

  constructor(note: (problem: Problem) => void) {
    this.#note = note;
  }

  push(octets: Uint8Array): Uint8Array {
    const lines = (this.#partial + Buffer.from(octets).toString('latin1')).split('\n');
    this.#partial = (lines.pop() ?? '').slice(0, MAX_LINE_OCTETS);
    return Buffer.concat(lines.map((line) => this.#takeLine(line)));
  }

  end(): Uint8Array {
    const last = this.#takeLine(this.#partial);
    if (this.#state !== 'after') this.#note('uuencode-broken');
    return last;
  }

  #decode(line: string): Uint8Array {
    const octets = decodeUuLine(line);
    this.#taken += line.length + 1;
    const left = Math.max(0, Math.floor(this.#taken * MOST_FROM_ONE_OCTET) - this.#given);
    if (octets.length > left) this.#note('uuencode-broken');
    const given = octets.subarray(0, left);
    this.#given += given.length;
    return given;
  }

  #takeLine(line: string): Uint8Array {
    const text = line.replace(/\r$/, '');
    if (this.#state === 'before' && BEGIN.test(text)) this.#state = 'inside';
    else if (this.#state === 'inside') {
      if (text.trim() !== 'end') return this.#decode(text);
      this.#state = 'after';
    }
    return new Uint8Array();
  }
}

/** Trailing spaces, which are zeros, get lost on the way; so much may come of what is there. Stops: a few lines that fill a disk. */
const MOST_FROM_ONE_OCTET = 1.5;

/** The first character says how many octets; each of the others has six bits, space and grave accent being zero. */
export function decodeUuLine(line: string): Uint8Array {
  const sextet = (index: number): number => ((line.codePointAt(index) ?? 32) - 32) & 63;
  if (line === '') return new Uint8Array();
  const octets = Buffer.alloc(sextet(0));
  for (let index = 0; index < octets.length; index += 1) {
    const position = 1 + Math.floor(index / 3) * 4 + (index % 3);
    const bits = (sextet(position) << 6) | sextet(position + 1);
    octets[index] = bits >> (4 - (index % 3) * 2);
  }
  return octets;
}
