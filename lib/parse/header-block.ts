// The lines of one header block, as they come, within what one part may cost. A field that is too much is left out whole: half of
// an address or of a date could be another one.

import type { Problem } from '../core/message/problems.ts';
import { MAX_HEADER_FIELDS, MAX_PART_HEADER_OCTETS } from './limits.ts';

export class HeaderBlock {
  readonly #note: (problem: Problem) => void;
  readonly #isRoot: boolean;
  readonly #lines: string[] = [];
  #octets = 0;
  #fieldOctets = 0;
  /** The field that is being read is too much. */
  #isLeavingOut = false;

  /** @param isRoot of the message itself: an mbox separator may stand before it */
  constructor(note: (problem: Problem) => void, isRoot: boolean) {
    this.#note = note;
    this.#isRoot = isRoot;
  }

  /** The fields that were kept, folded, in order. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** @param line without its end, one character an octet */
  add(line: string): void {
    const goesOn = line.startsWith(' ') || line.startsWith('\t');
    if (goesOn && this.#isLeavingOut) return;
    const last = this.#lines.length - 1;
    if (last === -1 && this.#isRoot && /^>?From /.test(line)) {
      this.#note('mbox-line');
      return;
    }
    const isNew = !goesOn || last === -1;
    const isTooMany = isNew && this.#lines.length === MAX_HEADER_FIELDS;
    if (isTooMany || this.#octets + line.length > MAX_PART_HEADER_OCTETS) {
      this.leaveOut(line);
      return;
    }
    this.#isLeavingOut = false;
    this.#octets += line.length;
    this.#fieldOctets = isNew ? line.length : this.#fieldOctets + line.length;
    if (isNew) this.#lines.push(line);
    else this.#lines[last] += `\r\n${line}`;
  }

  /** The field that this line starts or goes on with, and what more of it may come. @param line its first character is enough */
  leaveOut(line: string): void {
    this.#note('header-too-large');
    const goesOn = line === '' || line.startsWith(' ') || line.startsWith('\t');
    if (goesOn && !this.#isLeavingOut && this.#lines.pop() !== undefined) this.#octets -= this.#fieldOctets;
    this.#isLeavingOut = true;
  }
}
