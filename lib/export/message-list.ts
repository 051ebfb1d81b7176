// Messages of one account in the order in which they are exported: by day, then by sha256, so that the same archive gives
// the same file. 36 octets a message, because there may be millions.

import type { ArchiveDate, Sha256 } from '../core/record.ts';

export interface ListedMessage {
  readonly dt: ArchiveDate;
  readonly sha256: Sha256;
}

const DAY_OCTETS = 4;
const ENTRY_OCTETS = DAY_OCTETS + 32;
const FIRST_ENTRIES = 1024;

/** `add` every one in any order, then read them. */
export class MessageList {
  #entries = Buffer.alloc(FIRST_ENTRIES * ENTRY_OCTETS);
  #size = 0;

  add({ dt, sha256 }: ListedMessage): void {
    const at = this.#size * ENTRY_OCTETS;
    if (at === this.#entries.length) this.#entries = Buffer.concat([this.#entries, Buffer.alloc(at)]);
    this.#entries.writeUInt32BE(Number(dt.replaceAll('-', '')), at);
    this.#entries.write(sha256, at + DAY_OCTETS, 'hex');
    this.#size += 1;
  }

  /** Each once, in order. */
  *inOrder(): Generator<ListedMessage, void, undefined> {
    const order = Uint32Array.from({ length: this.#size }, (_, index) => index);
    order.sort((a, b) => this.#compare(a, b));
    let before: number | undefined;
    for (const index of order) {
      if (before === undefined || this.#compare(before, index) !== 0) yield this.#at(index);
      before = index;
    }
  }

  #compare(a: number, b: number): number {
    const [atA, atB] = [a * ENTRY_OCTETS, b * ENTRY_OCTETS];
    return this.#entries.compare(this.#entries, atB, atB + ENTRY_OCTETS, atA, atA + ENTRY_OCTETS);
  }

  #at(index: number): ListedMessage {
    const at = index * ENTRY_OCTETS;
    const day = String(this.#entries.readUInt32BE(at)).padStart(8, '0');
    return {
      dt: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}` as ArchiveDate,
      sha256: this.#entries.toString('hex', at + DAY_OCTETS, at + ENTRY_OCTETS) as Sha256,
    };
  }
}
