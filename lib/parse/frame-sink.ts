// Frames on their way into a pipe. Small ones go together: each write wakes the process at the other end, and for a small message
// that is most of what its way there costs.

import type { Writable } from 'node:stream';
import { drained } from './drained.ts';

/** Gathered at most, as far as a single frame is not larger. */
const GATHERED_OCTETS = 64 * 1024;

export class FrameSink {
  readonly #pipe: Writable;
  #gatheredOctets = 0;

  constructor(pipe: Writable) {
    this.#pipe = pipe;
  }

  /** The frame may wait for those after it. Resolves when the pipe takes more. */
  async send(frame: Uint8Array): Promise<void> {
    if (this.#gatheredOctets === 0) this.#pipe.cork();
    this.#pipe.write(frame);
    this.#gatheredOctets += frame.length;
    if (this.#gatheredOctets >= GATHERED_OCTETS) await this.flush();
  }

  /** Nothing waits any more: the other end is to answer. */
  async flush(): Promise<void> {
    if (this.#gatheredOctets === 0) return;
    this.#gatheredOctets = 0;
    this.#pipe.uncork();
    if (this.#pipe.writableNeedDrain) await drained(this.#pipe);
  }
}
