// A message's octets, pulled as they are needed, as the events of its parts; on the way it is measured and dated.

import { HeaderDateScanner, type HeaderDates } from '../core/message/header-date-scanner.ts';
import type { MimeSplitter, SplitEvent } from './mime-splitter.ts';

export class SplitMessage {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #splitter: MimeSplitter;
  readonly #scanner = new HeaderDateScanner();
  #events: readonly SplitEvent[] = [];
  #taken = 0;
  #isEnded = false;
  #sizeOctets = 0;

  constructor(raw: AsyncIterable<Uint8Array>, splitter: MimeSplitter) {
    this.#chunks = raw[Symbol.asyncIterator]();
    this.#splitter = splitter;
  }

  /** @returns `undefined` at the end. @throws what reading the message throws */
  async next(): Promise<SplitEvent | undefined> {
    while (this.#taken === this.#events.length) {
      if (this.#isEnded) return undefined;
      await this.#readChunk();
    }
    const event = this.#events[this.#taken];
    this.#taken += 1;
    return event;
  }

  /** No more is read. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  get dates(): HeaderDates {
    return this.#scanner.end();
  }

  get sizeOctets(): number {
    return this.#sizeOctets;
  }

  async #readChunk(): Promise<void> {
    this.#taken = 0;
    const next = await this.#chunks.next();
    if (next.done === true) {
      this.#isEnded = true;
      this.#events = this.#splitter.end();
      return;
    }
    this.#scanner.push(next.value);
    this.#sizeOctets += next.value.length;
    this.#events = this.#splitter.push(next.value);
  }
}
