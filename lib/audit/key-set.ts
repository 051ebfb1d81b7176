// A set of archive keys for counting by the million: 32 to 64 octets a key, however long the keys are.
// It can say whether a key is in it; it cannot give the keys back.

import { createHash } from 'node:crypto';

/** Of a key's SHA-256: so many that two keys never share them. */
const PRINT_OCTETS = 16;
const FIRST_SLOTS = 1024;

/** Open addressing with linear probing; at most half full. */
export class KeySet {
  #slots = new BigUint64Array(FIRST_SLOTS * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string): void {
    if ((this.#size + 1) * 4 > this.#slots.length) this.#grow();
    if (insert(this.#slots, printOf(key))) this.#size += 1;
  }

  has(key: string): boolean {
    const print = printOf(key);
    return !isFree(this.#slots, find(this.#slots, print));
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new BigUint64Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2) {
      if (!isFree(before, at)) insert(this.#slots, [before[at] ?? 0n, before[at + 1] ?? 0n]);
    }
  }
}

type Print = readonly [bigint, bigint];

function printOf(key: string): Print {
  const digest = createHash('sha256').update(key).digest();
  // Two zeros mean a free slot.
  return [digest.readBigUInt64LE(0) | 1n, digest.readBigUInt64LE(PRINT_OCTETS / 2)];
}

/** Where the print is, or the free slot where it belongs. */
function find(slots: BigUint64Array, [first, second]: Print): number {
  let at = Number((first >> 1n) % BigInt(slots.length / 2)) * 2;
  while (!isFree(slots, at) && (slots[at] !== first || slots[at + 1] !== second))
    at = (at + 2) % slots.length;
  return at;
}

/** @returns whether it was not there */
function insert(slots: BigUint64Array, print: Print): boolean {
  const at = find(slots, print);
  if (!isFree(slots, at)) return false;
  [slots[at], slots[at + 1]] = print;
  return true;
}

function isFree(slots: BigUint64Array, at: number): boolean {
  return slots[at] === 0n && slots[at + 1] === 0n;
}
