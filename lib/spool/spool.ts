// Holds a stream of octets of unknown size until it can be stored: in memory while small, else in a temporary file.
// Counts and hashes on the way. Never holds more than `memoryOctets`, never leaves a file behind a failure.

import { createHash, hash as hashOf } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Sha256 } from '../core/record.ts';
import type { Blob } from '../ports/storage.ts';
import { createTempFile, spoolFailed, type TempFile } from './temp-file.ts';

/** Of a temporary file, written or read at once. */
const GATHERED_OCTETS = 512 * 1024;

export interface SpoolOptions {
  /** Where the temporary file goes if one is needed; made if absent. */
  readonly directory: string;
  /** A stream of at most this many octets is kept in memory and touches no file. */
  readonly memoryOctets: number;
  /** How many there will be, as far as somebody says so: memory for them is taken at once, or none if they go to a file. */
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
  const { memoryOctets, expectedOctets = 0 } = options;
  const memory = new GrowingBuffer(memoryOctets, expectedOctets);
  const isLarge = expectedOctets > memoryOctets;
  let file: HashedFile | undefined;
  try {
    for await (const chunk of source) {
      options.onChunk?.(chunk);
      if (file === undefined && !isLarge && memory.append(chunk)) continue;
      if (file === undefined) {
        file = new HashedFile(await createTempFile(options.directory));
        await file.append(memory.take());
      }
      await file.append(chunk);
    }
    return file === undefined ? blobInMemory(memory.take()) : await file.end();
  } catch (error) {
    await file?.remove();
    throw error;
  }
}

/** A temporary file on its way to be a blob. Small chunks are gathered: each write is a way to another thread and back. */
class HashedFile {
  readonly #file: TempFile;
  readonly #hash = createHash('sha256');
  readonly #gathered = Buffer.allocUnsafeSlow(GATHERED_OCTETS);
  #gatheredOctets = 0;
  #sizeOctets = 0;

  constructor(file: TempFile) {
    this.#file = file;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#sizeOctets += chunk.length;
    if (this.#gatheredOctets + chunk.length > GATHERED_OCTETS) await this.#write();
    if (chunk.length > GATHERED_OCTETS) {
      await this.#file.append(chunk);
      return;
    }
    this.#gathered.set(chunk, this.#gatheredOctets);
    this.#gatheredOctets += chunk.length;
  }

  async end(): Promise<SpooledBlob> {
    await this.#write();
    await this.#file.close();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
    const sha256 = this.#hash.digest('hex') as Sha256;
    return blobInFile(this.#file, { sizeOctets: this.#sizeOctets, sha256 });
  }

  async remove(): Promise<void> {
    await this.#file.remove();
  }

  async #write(): Promise<void> {
    const octets = this.#gathered.subarray(0, this.#gatheredOctets);
    this.#gatheredOctets = 0;
    if (octets.length > 0) await this.#file.append(octets);
  }
}

/** Hashed in one call: for a small message anything else would be most of its cost. */
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
      const stream: AsyncIterable<Uint8Array> = createReadStream(file.path, {
        highWaterMark: GATHERED_OCTETS,
      });
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
