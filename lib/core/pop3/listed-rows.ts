// The messages of a maildrop as one session lists them, in columns: an object is made only of a message that somebody has
// something to do with, and it is the same one whenever that message is asked for.

import { joinListing } from './listing.ts';
import type { ListedMessage } from './listing.ts';
import { SIZE_UNKNOWN, toOctets, uidlAt } from './listing-columns.ts';
import type { ListColumns, UidlColumns } from './listing-columns.ts';
import { OctetBlocks } from './octet-blocks.ts';
import { fromUidl, NO_UIDL } from '../uidl.ts';
import type { Uidl } from '../uidl.ts';

/** All columns have a row for each message, by message number, oldest first. */
interface Columns {
  readonly numbers: Float64Array;
  /** In octets, or SIZE_UNKNOWN. */
  readonly sizes: Float64Array;
  /** Of each UIDL in octets; 0 where the server gave none. */
  readonly lengths: Uint16Array;
  /** Where in `uidls` each of them lies. */
  readonly places: Uint32Array;
  readonly uidls: OctetBlocks;
}

export class ListedRows {
  readonly #columns: Columns;
  readonly #made = new Map<number, ListedMessage>();
  /** Once every message is made. */
  #all: readonly ListedMessage[] | undefined;

  private constructor(columns: Columns, all?: readonly ListedMessage[]) {
    this.#columns = columns;
    this.#all = all;
  }

  /**
   * As joinListing. @param list `undefined` if the server refused it; @param uidl if it has no such command
   * @throws POP3_PROTOCOL
   */
  static join(list: ListColumns | undefined, uidl: UidlColumns | undefined): ListedRows {
    const [first, second = first] = list ? [list.numbers, uidl?.numbers] : [uidl?.numbers];
    if (first === undefined || second === undefined || !isOrdered(first) || !isSame(first, second))
      return ListedRows.of(joinListing(list?.rows(), uidl?.rows()));
    return new ListedRows({
      numbers: first,
      sizes: list?.sizes ?? new Float64Array(first.length).fill(SIZE_UNKNOWN),
      lengths: uidl?.lengths ?? new Uint16Array(first.length),
      places: uidl?.places ?? new Uint32Array(first.length),
      uidls: uidl?.octets ?? new OctetBlocks(),
    });
  }

  /** Of these very objects. @param messages by message number, oldest first */
  static of(messages: readonly ListedMessage[]): ListedRows {
    const uidls = new OctetBlocks();
    const columns = {
      uidls,
      numbers: Float64Array.from(messages, ({ messageNumber }) => messageNumber),
      sizes: Float64Array.from(messages, ({ octets }) => octets ?? SIZE_UNKNOWN),
      lengths: Uint16Array.from(messages, ({ uidl }) => uidl?.length ?? 0),
      places: Uint32Array.from(messages, ({ uidl }) =>
        uidls.add(fromUidl(uidl ?? NO_UIDL), 0, uidl?.length ?? 0),
      ),
    };
    return new ListedRows(columns, messages);
  }

  get length(): number {
    return this.#columns.numbers.length;
  }

  /** @param index from 0, of a row there is */
  at(index: number): ListedMessage {
    const made = this.#all?.[index] ?? this.#made.get(index);
    if (made) return made;
    const message = this.#make(index);
    this.#made.set(index, message);
    return message;
  }

  /** Every message, each an object from now on. */
  messages(): readonly ListedMessage[] {
    this.#all ??= Array.from({ length: this.length }, (_, index) => this.at(index));
    this.#made.clear();
    return this.#all;
  }

  /** Those from this row on. */
  messagesFrom(start: number): readonly ListedMessage[] {
    if (start === 0) return this.messages();
    return Array.from({ length: this.length - start }, (_, index) => this.at(start + index));
  }

  /** The UIDL of a row, without making an object of it. `undefined` where the server gave none. */
  uidl(index: number): Uidl | undefined {
    const { uidls, places, lengths } = this.#columns;
    return uidlAt(uidls, places[index], lengths[index]);
  }

  /** Whether it is one of these, and not only looks like one. */
  has(listed: ListedMessage): boolean {
    const index = indexOf(this.#columns.numbers, listed.messageNumber);
    return (this.#all?.[index] ?? this.#made.get(index)) === listed;
  }

  /**
   * Sizes and UIDLs of some rows as octets, to be hashed: other octets for any other rows, wherever in the listing they are.
   * @param end the first row that is none of them
   */
  octets(start = 0, end = this.length): readonly Uint8Array[] {
    const { sizes, lengths, places, uidls } = this.#columns;
    const last = end - 1;
    const stop = start === end ? 0 : (places[last] ?? 0) + (lengths[last] ?? 0);
    return [
      Buffer.from(`${end - start} rows\n`),
      octetsOf(sizes.subarray(start, end)),
      octetsOf(lengths.subarray(start, end)),
      ...uidls.between(places[start] ?? 0, stop),
    ];
  }

  #make(index: number): ListedMessage {
    const { numbers, sizes } = this.#columns;
    const messageNumber = numbers[index];
    if (messageNumber === undefined) throw new RangeError(`there is no row ${index} of ${this.length}`);
    return { messageNumber, octets: toOctets(sizes[index]), uidl: this.uidl(index) };
  }
}

function isOrdered(numbers: Float64Array): boolean {
  for (let index = 1; index < numbers.length; index += 1)
    if ((numbers[index] ?? 0) <= (numbers[index - 1] ?? 0)) return false;
  return true;
}

function isSame(some: Float64Array, others: Float64Array): boolean {
  return Buffer.compare(octetsOf(some), octetsOf(others)) === 0;
}

function octetsOf({ buffer, byteOffset, byteLength }: Float64Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @param numbers in their order @returns -1 if it is none of them */
function indexOf(numbers: Float64Array, number: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = numbers[middle] ?? 0;
    if (found === number) return middle;
    if (found < number) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
