// The parse workers of one execution environment: kept while it is frozen between two invocations, and replaced as a whole when
// they are given up. A worker that died meanwhile is told by the pool, before it is given a message.

import type { IngestFacts } from '../../lib/core/message/document.ts';
import type { OnRow, OpenedOutcome, ParsePool } from '../../lib/parse/worker-pool.ts';
import type { Documents } from './parse-ports.ts';

export class KeptPool implements Documents {
  readonly #create: () => ParsePool;
  #pool: ParsePool | undefined;

  /** @param create called when a message comes and there is no pool */
  constructor(create: () => ParsePool) {
    this.#create = create;
  }

  async parseOpened(
    ingest: IngestFacts,
    raw: AsyncIterable<Uint8Array>,
    onRow?: OnRow,
  ): Promise<OpenedOutcome> {
    this.#pool ??= this.#create();
    return await this.#pool.parseOpened(ingest, raw, onRow);
  }

  async abandon(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }
}
