// Where documents and attachments made again are put: what is there already with the same octets is not written, and an
// attachment that is not what its name says is put right. Everything else is the store's own business.

import type { Blob, BlobStore, PutOptions } from '../ports/storage.ts';

const ATTACHMENTS = 'attachments/';

export class DerivedStore implements BlobStore {
  readonly #blobs: BlobStore;
  readonly #written = new Set<string>();
  #mended = 0;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** Whether a document was written under the key since this was asked last. */
  takeWritten(key: string): boolean {
    return this.#written.delete(key);
  }

  /** Attachments that were put right since this was asked last. */
  takeMended(): number {
    const mended = this.#mended;
    this.#mended = 0;
    return mended;
  }

  async put(key: string, blob: Blob, options: PutOptions = {}): Promise<'stored' | 'exists'> {
    const found = await this.#blobs.verify(key, blob);
    if (found === 'intact') {
      // Its row and the end of its job are written down next, and durable: so must be what they stand for.
      await this.#blobs.makeDurable?.(key);
      return 'exists';
    }
    // Its name is its content, and the parser's side has counted and hashed that.
    const isMended = found === 'different' && key.startsWith(ATTACHMENTS);
    const stored = await this.#blobs.put(key, blob, isMended ? { ...options, mode: 'replace' } : options);
    if (isMended) this.#mended += 1;
    if (stored === 'stored' && options.mode === 'replace') this.#written.add(key);
    return stored;
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return await this.#blobs.get(key);
  }

  async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    return await this.#blobs.stat(key);
  }

  async verify(
    key: string,
    expected: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    return await this.#blobs.verify(key, expected);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#blobs.list(prefix);
  }
}
