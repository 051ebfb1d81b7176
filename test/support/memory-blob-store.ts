// A BlobStore in memory, true to the port: it counts and hashes what it is given, creates once, and calls corruption by its name.

import { createHash } from 'node:crypto';
import type { OpenedObject } from '../../lib/adapters/s3-blob-store.ts';
import { parseCatalogKey } from '../../lib/core/catalog/catalog-key.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { Sha256 } from '../../lib/core/record.ts';
import type { CatalogFiles } from '../../lib/ports/catalog.ts';
import type { Blob, BlobStore, PutOptions } from '../../lib/ports/storage.ts';

export class MemoryBlobStore implements BlobStore, CatalogFiles {
  readonly #objects = new Map<string, Buffer>();
  readonly #metadata = new Map<string, Readonly<Record<string, string>>>();
  /** Keys in the order in which they were written. */
  readonly writes: string[] = [];

  async put(key: string, blob: Blob, options: PutOptions = {}): Promise<'stored' | 'exists'> {
    const octets = await collect(blob.open());
    if (octets.length !== blob.sizeOctets || sha256Of(octets) !== blob.sha256) {
      throw corrupt(`${key}: the octets are not what the blob claims`);
    }
    const present = this.#objects.get(key);
    if (present !== undefined && options.mode !== 'replace') {
      if (!present.equals(octets)) throw corrupt(`${key}: other octets are there`);
      return 'exists';
    }
    this.#objects.set(key, octets);
    this.#metadata.set(key, options.metadata ?? {});
    this.writes.push(key);
    return 'stored';
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const octets = this.#objects.get(key);
    return octets === undefined ? undefined : inPieces(octets);
  }

  /** As `S3BlobStore.open`. */
  async open(key: string): Promise<OpenedObject | undefined> {
    const octets = this.#objects.get(key);
    if (octets === undefined) return undefined;
    const metadata = this.#metadata.get(key) ?? {};
    return { metadata, sizeOctets: octets.length, octets: inPieces(octets), close: () => undefined };
  }

  async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    const octets = this.#objects.get(key);
    return octets === undefined ? undefined : { sizeOctets: octets.length };
  }

  async verify(
    key: string,
    expected: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    const octets = this.#objects.get(key);
    if (octets === undefined) return 'absent';
    const { sizeOctets = octets.length, sha256 } = expected;
    const isIntact = octets.length === sizeOctets && sha256Of(octets) === sha256;
    return isIntact ? 'intact' : 'different';
  }

  async *list(prefix: string): AsyncIterable<string> {
    for (const key of this.#objects.keys()) {
      if (key.startsWith(prefix)) yield key;
    }
  }

  async remove(key: string): Promise<void> {
    if (parseCatalogKey(key) === undefined) throw new Error('not a file of the catalog');
    this.#objects.delete(key);
  }

  /** What is there, without the detour over a stream. */
  peek(key: string): Buffer | undefined {
    return this.#objects.get(key);
  }

  /** Puts octets there as if they had always been, corrupt or not. */
  plant(key: string, octets: Uint8Array, metadata: Readonly<Record<string, string>> = {}): void {
    this.#objects.set(key, Buffer.from(octets));
    this.#metadata.set(key, metadata);
  }
}

/** For `put`: octets with their true size and hash. */
export function blobOf(octets: Uint8Array): Blob {
  return { sizeOctets: octets.length, sha256: sha256Of(octets), open: () => inPieces(octets) };
}

export function sha256Of(octets: Uint8Array): Sha256 {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hexadecimal SHA-256 is what the brand means
  return createHash('sha256').update(octets).digest('hex') as Sha256;
}

export async function* inPieces(octets: Uint8Array, pieceOctets = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < octets.length; start += pieceOctets)
    yield octets.subarray(start, start + pieceOctets);
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function corrupt(message: string): MailferryError {
  return new MailferryError(message, { code: 'ARCHIVE_CORRUPT', scope: 'account', retryable: false });
}
