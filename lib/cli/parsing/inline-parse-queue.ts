// The parse queue of a run whose ledger has no place for jobs: each is done before `enqueue` resolves, and so before the
// message's record is committed. After a crash in between the message has no record, is fetched again, and parsed then. Rows for the
// catalog wait in memory: a run that is killed loses those that are in no file yet (see MemoryRows).

import type { MemoryRows } from '../../catalog/memory-rows.ts';
import type { RunCatalog } from '../../catalog/run-catalog.ts';
import type { OnRow, ParsePool } from '../../parse/worker-pool.ts';
import type { Blob } from '../../ports/storage.ts';
import type { ParseJob } from '../../ports/work.ts';
import type { Drained, Parsing } from './parsing.ts';
import { provenOctets } from '../../spool/proven-octets.ts';
import { rawObjectMissing } from './raw-object-missing.ts';

export interface MemoryCatalog {
  readonly rows: MemoryRows;
  /** Of these rows. */
  readonly run: RunCatalog;
}

export class InlineParseQueue implements Parsing {
  readonly #pool: ParsePool;
  readonly #catalog: MemoryCatalog | undefined;
  #failed = 0;

  /** @param catalog `undefined` if none is wanted */
  constructor(pool: ParsePool, catalog: MemoryCatalog | undefined) {
    this.#pool = pool;
    this.#catalog = catalog;
  }

  /** A recorded message has its document: nothing is ever left undone. */
  resume(): void {}

  /** @throws what `ParsePool.parse` throws; ARCHIVE_CORRUPT if the stored message is gone */
  async enqueue(job: ParseJob, raw?: Blob): Promise<void> {
    const onRow: OnRow = (row) => {
      this.#catalog?.rows.add(row);
      this.#catalog?.run.added(1);
    };
    const outcome = await this.#pool.parse(job, { onRow, raw: raw && (() => provenOrInMemory(raw)) });
    if (outcome === 'absent') throw rawObjectMissing(job);
    if (outcome === 'failed') this.#failed += 1;
  }

  async drain(): Promise<Drained> {
    return { failed: this.#failed, catalog: await this.#catalog?.run.finish() };
  }

  async abandon(): Promise<void> {
    await this.#pool.close();
  }
}

/** What lies in a temporary file is proven again, as what is put into the archive is. */
function provenOrInMemory(raw: Blob): AsyncIterable<Uint8Array> {
  return raw.octets ? raw.open() : provenOctets(raw, 'parsing a message that was stored just now');
}
