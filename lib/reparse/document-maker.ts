// Documents made again by isolated workers. One that cannot be made leaves what was there; one that comes out as it was is not
// written.

import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { IngestFacts } from '../core/message/document.ts';
import { parsedKeyOf } from '../parse/derived-keys.ts';
import { ParsePool } from '../parse/worker-pool.ts';
import type { ParsePoolOptions } from '../parse/worker-pool.ts';
import { DerivedStore } from './derived-store.ts';
import type { Documents, MadeDocument } from './reparse-ports.ts';

export interface DocumentMakerOptions extends ParsePoolOptions {
  /** Keeps the row of each document that is made or kept; `undefined` where there is no catalog. What it throws ends the work. */
  readonly keepRow: ((row: CatalogRow, ingest: IngestFacts) => void) | undefined;
}

export class DocumentMaker implements Documents {
  readonly #store: DerivedStore;
  readonly #pool: ParsePool;
  readonly #keepRow: DocumentMakerOptions['keepRow'];

  constructor({ blobs, keepRow, ...options }: DocumentMakerOptions) {
    this.#store = new DerivedStore(blobs);
    this.#pool = new ParsePool({ ...options, blobs: this.#store });
    this.#keepRow = keepRow;
  }

  async make(ingest: IngestFacts, raw: AsyncIterable<Uint8Array>): Promise<MadeDocument> {
    const outcome = await this.#pool.parseOpened(ingest, raw, (row) => this.#keepRow?.(row, ingest));
    const isWritten = this.#store.takeWritten(parsedKeyOf(ingest));
    const mended = this.#store.takeMended();
    if (outcome !== 'parsed') return { outcome, mended };
    return { outcome: isWritten ? 'written' : 'unchanged', mended };
  }

  /** Ends all workers, in the middle of a message too. Safe to repeat. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}
