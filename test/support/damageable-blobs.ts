// A BlobStore in memory whose objects can be taken away and made unreadable behind the program's back, and which keeps what
// is given with them.

import { MailferryError } from '../../lib/core/errors.ts';
import type { Blob, BlobStore, PutOptions } from '../../lib/ports/storage.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';

export class DamageableBlobs extends MemoryBlobStore {
  /** As it was given with each object. */
  readonly metadata = new Map<string, PutOptions['metadata']>();
  /** Keys that are there and cannot be read. */
  readonly unreadable = new Set<string>();
  readonly #taken = new Set<string>();

  override async put(key: string, blob: Blob, options: PutOptions = {}): Promise<'stored' | 'exists'> {
    const wasTaken = this.#taken.delete(key);
    const outcome = await super.put(key, blob, wasTaken ? { ...options, mode: 'replace' } : options);
    if (outcome === 'stored') this.metadata.set(key, options.metadata);
    return outcome;
  }

  override async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    return this.#taken.has(key) ? undefined : await super.stat(key);
  }

  override async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (this.unreadable.has(key)) throw unreadable(key);
    return this.#taken.has(key) ? undefined : await super.get(key);
  }

  override async verify(
    key: string,
    expected: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    return this.#taken.has(key) ? 'absent' : await super.verify(key, expected);
  }

  override async *list(prefix: string): AsyncGenerator<string> {
    for await (const key of super.list(prefix)) if (!this.#taken.has(key)) yield key;
  }

  /** As if somebody had removed the file. */
  take(key: string): void {
    this.#taken.add(key);
  }

  putBack(key: string): void {
    this.#taken.delete(key);
  }

  /** Key and octets of all that is there. */
  async all(): Promise<[string, Buffer | undefined][]> {
    const keys = await keysOf(this);
    return keys.sort().map((key) => [key, this.peek(key)]);
  }
}

async function keysOf(blobs: BlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of blobs.list('')) keys.push(key);
  return keys;
}

function unreadable(key: string): MailferryError {
  const details = { code: 'ARCHIVE_UNREADABLE', scope: 'account', retryable: true } as const;
  return new MailferryError(`cannot read ${key}: EACCES`, details);
}
