// The answers to LIST and UIDL in columns, so that a million rows are a few arrays and not a few million objects. What a row
// means is for listing.ts to say: here is only the short way for rows of the usual form. Never holds on to what it is given.

import { toUidl } from '../uidl.ts';
import type { Uidl } from '../uidl.ts';
import { parseListRow, parseUidlRow } from './listing.ts';
import type { ListRow, UidlRow } from './listing.ts';
import { OctetBlocks } from './octet-blocks.ts';

const SPACE = 0x20;
const TAB = 0x09;
const ZERO = 0x30;
const NINE = 0x39;
/** As many as the patterns of listing.ts allow: every such number is exact. */
const MOST_DIGITS = 15;

/** Takes a row of an answer; its octets are `octets` from `start` to before `end`, and no longer valid afterwards. */
export type TakeRow = (octets: Uint8Array, start: number, end: number) => void;

/** Of a message whose size LIST did not tell. */
export const SIZE_UNKNOWN = -1;

/** Numbers up to 2^53, as many as are pushed. */
class NumberColumn {
  #values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length)
      this.#values = new Float64Array(this.#values.buffer.transfer(this.#values.byteLength * 2));
    this.#values[this.length] = value;
    this.length += 1;
  }

  /** Those pushed so far; valid until the next push. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}

/** The rows of a LIST answer. */
export class ListColumns {
  readonly #numbers = new NumberColumn();
  readonly #sizes = new NumberColumn();

  /** @throws POP3_PROTOCOL as parseListRow */
  readonly push: TakeRow = (octets, start, end) => {
    const gap = endOfDigits(octets, start, end);
    const number = numberIn(octets, start, gap);
    if (number > 0 && octets[gap] === SPACE && endOfDigits(octets, gap + 1, end) === end) {
      const size = numberIn(octets, gap + 1, end);
      if (size >= 0) {
        this.#add(number, size);
        return;
      }
    }
    const row = parseListRow(octets.subarray(start, end));
    this.#add(row.messageNumber, row.octets ?? SIZE_UNKNOWN);
  };

  get numbers(): Float64Array {
    return this.#numbers.values;
  }

  /** In octets, or SIZE_UNKNOWN. */
  get sizes(): Float64Array {
    return this.#sizes.values;
  }

  rows(): ListRow[] {
    const { sizes } = this;
    return Array.from(this.numbers, (messageNumber, index) => ({
      messageNumber,
      octets: toOctets(sizes[index]),
    }));
  }

  #add(number: number, size: number): void {
    this.#numbers.push(number);
    this.#sizes.push(size);
  }
}

/** The rows of a UIDL answer. A message without a UIDL has one of no octets. */
export class UidlColumns {
  readonly #numbers = new NumberColumn();
  /** A row is no longer than MAX_LISTING_LINE_OCTETS. */
  #lengths = new Uint16Array(1024);
  #places = new Uint32Array(1024);
  readonly octets = new OctetBlocks();

  /** @throws POP3_PROTOCOL as parseUidlRow */
  readonly push: TakeRow = (octets, start, end) => {
    const gap = endOfDigits(octets, start, end);
    const number = numberIn(octets, start, gap);
    const isUsual = number > 0 && octets[gap] === SPACE && gap + 1 < end;
    if (isUsual && !isBlank(octets[gap + 1]) && !isBlank(octets[end - 1])) {
      this.#add(number, octets, gap + 1, end);
      return;
    }
    const row = parseUidlRow(octets.subarray(start, end));
    const uidl = Buffer.from(row.uidl ?? '', 'latin1');
    this.#add(row.messageNumber, uidl, 0, uidl.length);
  };

  get numbers(): Float64Array {
    return this.#numbers.values;
  }

  /** In octets, row by row. */
  get lengths(): Uint16Array {
    return this.#lengths.subarray(0, this.#numbers.length);
  }

  /** Where in `octets` each UIDL lies, also one that has none. */
  get places(): Uint32Array {
    return this.#places.subarray(0, this.#numbers.length);
  }

  rows(): UidlRow[] {
    const { lengths, places, octets } = this;
    return Array.from(this.numbers, (messageNumber, index) => ({
      messageNumber,
      uidl: uidlAt(octets, places[index], lengths[index]),
    }));
  }

  #add(number: number, octets: Uint8Array, start: number, end: number): void {
    const index = this.#numbers.length;
    if (index === this.#lengths.length) {
      this.#lengths = new Uint16Array(this.#lengths.buffer.transfer(this.#lengths.byteLength * 2));
      this.#places = new Uint32Array(this.#places.buffer.transfer(this.#places.byteLength * 2));
    }
    this.#numbers.push(number);
    this.#lengths[index] = end - start;
    this.#places[index] = this.octets.add(octets, start, end);
  }
}

export function toOctets(size: number | undefined): number | undefined {
  return size === undefined || size === SIZE_UNKNOWN ? undefined : size;
}

/** `undefined` if it has no octets. */
export function uidlAt(octets: OctetBlocks, place = 0, length = 0): Uidl | undefined {
  return length === 0 ? undefined : toUidl(octets.slice(place, length));
}

function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}

function endOfDigits(octets: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet < ZERO || octet > NINE) break;
  }
  return at;
}

/** Of digits only. -1 if there are none, or too many. */
function numberIn(octets: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > MOST_DIGITS) return -1;
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + (octets[at] ?? 0) - ZERO;
  return number;
}
