// Holds a stream of octets of unknown size until it can be stored: in memory while small, else in a temporary file.
// Counts and hashes on the way. Never holds more than `memoryOctets`, never leaves a file behind a failure.

import { createHash, hash as hashOf, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Sha256 } from '../core/record.ts';
import type { Blob } from '../ports/storage.ts';
import { createTempFile, spoolFailed, type TempFile } from './temp-file.ts';

export interface SpoolOptions {
  /** Where the temporary file goes if one is needed; made if absent. */
  readonly directory: string;
  /** A stream of at most this many octets is kept in memory and touches no file. */
  readonly memoryOctets: number;
  /** How many there will be, as far as somebody says so: memory for them is taken at once. */
  readonly expectedOctets?: number | undefined;
  /** Sees every chunk in order, before it is kept. What it throws ends the spooling. */
  readonly onChunk?: (chunk: Uint8Array) => void;
}

/** Whoever spooled it disposes of it, in a `finally`. */
export interface SpooledBlob extends Blob {
  /** Removes the temporary file, if any. Safe to repeat, never throws. `open` fails from then on. */
  dispose(): Promise<void>;
}

/**
 * Reads `source` to its end. If it throws, the temporary file is gone and the same error is thrown on.
 * The chunks are copied or written at once: the source may reuse its buffer.
 * @throws SPOOL_FAILED when the temporary file cannot be written
 */
export async function spool(source: AsyncIterable<Uint8Array>, options: SpoolOptions): Promise<SpooledBlob> {
  // What stays in memory is hashed at the end in one call: for a small message that is most of its cost.
  let hash: Hash | undefined;
  const memory = new GrowingBuffer(options.memoryOctets, options.expectedOctets);
  let file: TempFile | undefined;
  let sizeOctets = 0;
  try {
    for await (const chunk of source) {
      options.onChunk?.(chunk);
      sizeOctets += chunk.length;
      if (file === undefined && memory.append(chunk)) continue;
      if (file === undefined) {
        file = await createTempFile(options.directory);
        const octets = memory.take();
        hash = createHash('sha256').update(octets);
        await file.append(octets);
      }
      hash?.update(chunk);
      await file.append(chunk);
    }
    await file?.close();
  } catch (error) {
    await file?.remove();
    throw error;
  }
  if (file === undefined) return blobInMemory(memory.take());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
  return blobInFile(file, { sizeOctets, sha256: hash?.digest('hex') as Sha256 });
}

function blobInMemory(octets: Uint8Array): SpooledBlob {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  const sha256 = hashOf('sha256', octets) as Sha256;
  let kept: Uint8Array | undefined = octets;
  return {
    sizeOctets: octets.length,
    sha256,
    get octets() {
      return kept;
    },
    open: async function* () {
      if (kept === undefined) throw disposed();
      if (kept.length > 0) yield kept;
    },
    dispose: async () => {
      kept = undefined;
    },
  };
}

function blobInFile(file: TempFile, facts: { sizeOctets: number; sha256: Sha256 }): SpooledBlob {
  let isDisposed = false;
  return {
    ...facts,
    file: file.path,
    open: async function* () {
      if (isDisposed) throw disposed();
      // Leaving the loop early destroys the stream, and with it the descriptor.
      const stream: AsyncIterable<Uint8Array> = createReadStream(file.path, { highWaterMark: 64 * 1024 });
      const chunks = stream[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await chunks.next().catch((error: unknown) => {
            throw spoolFailed(`cannot read ${file.path}`, error);
          });
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        await chunks.return?.();
      }
    },
    dispose: async () => {
      isDisposed = true;
      await file.remove();
    },
  };
}

function disposed(): Error {
  return new Error('this spooled blob is disposed of: nothing can be read from it any more');
}

/** One buffer that doubles: many small chunks cost no more than their octets, and no larger buffer is kept alive by a slice. */
class GrowingBuffer {
  readonly #limitOctets: number;
  readonly #firstOctets: number;
  #buffer = Buffer.alloc(0);
  #usedOctets = 0;

  constructor(limitOctets: number, expectedOctets = 0) {
    this.#limitOctets = limitOctets;
    // Some servers count a line's end as one octet.
    this.#firstOctets = Math.max(Math.ceil(expectedOctets * 1.1), 4096);
  }

  /** Keeps a copy, or returns false and changes nothing if it would exceed the limit. */
  append(chunk: Uint8Array): boolean {
    const neededOctets = this.#usedOctets + chunk.length;
    if (neededOctets > this.#limitOctets) return false;
    if (neededOctets > this.#buffer.length) {
      const wantedOctets = Math.max(neededOctets, this.#buffer.length * 2, this.#firstOctets);
      // Not filled with zeros: of what was not written nothing is ever given out.
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#limitOctets, wantedOctets));
      larger.set(this.#buffer.subarray(0, this.#usedOctets));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#usedOctets);
    this.#usedOctets = neededOctets;
    return true;
  }

  /** The octets so far; the buffer forgets them. Memory that was taken for more than came is given back. */
  take(): Uint8Array {
    const octets = this.#buffer.subarray(0, this.#usedOctets);
    const isMostlyEmpty = this.#usedOctets < this.#buffer.length / 2;
    this.#buffer = Buffer.alloc(0);
    this.#usedOctets = 0;
    return isMostlyEmpty ? Uint8Array.from(octets) : octets;
  }
}
