// uuencode as a transfer encoding (`x-uuencode`; POSIX uuencode(1)): what stands between `begin MODE NAME` and `end`.

import type { Problem } from '../core/message/problems.ts';

const BEGIN = /^begin [0-7]{3,4} /;
/** Lines are 61 characters; stops: holding one that never ends. */
const MAX_LINE_OCTETS = 64 * 1024;

export class UuDecoder {
  readonly #note: (problem: Problem) => void;
  #partial = '';
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

  #takeLine(line: string): Uint8Array {
    const text = line.replace(/\r$/, '');
    if (this.#state === 'before' && BEGIN.test(text)) this.#state = 'inside';
    else if (this.#state === 'inside') {
      if (text.trim() !== 'end') return decodeUuLine(text);
      this.#state = 'after';
    }
    return new Uint8Array();
  }
}

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
