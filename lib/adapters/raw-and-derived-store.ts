// One archive in two places: raw messages in the one, all that can be made of them again in the other, so that each can have
// its own rules (who may write, what may be deleted). The key alone decides, and no key is ever looked for in both.

import type { Blob, BlobStore, PutOptions } from '../ports/storage.ts';

const RAW = 'raw/';

export class RawAndDerivedStore implements BlobStore {
  readonly #raw: BlobStore;
  readonly #derived: BlobStore;

  /** @param stores the caller's: `raw` for keys below `raw/`, `derived` for all others */
  constructor({ raw, derived }: { readonly raw: BlobStore; readonly derived: BlobStore }) {
    this.#raw = raw;
    this.#derived = derived;
  }

  async put(key: string, blob: Blob, options?: PutOptions): Promise<'stored' | 'exists'> {
    return await this.#storeOf(key).put(key, blob, options);
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return await this.#storeOf(key).get(key);
  }

  async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    return await this.#storeOf(key).stat(key);
  }

  async verify(
    key: string,
    expected: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    return await this.#storeOf(key).verify(key, expected);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#storeOf(prefix).list(prefix);
  }

  #storeOf(key: string): BlobStore {
    return key.startsWith(RAW) ? this.#raw : this.#derived;
  }
}
