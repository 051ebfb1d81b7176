// The parse queue of a run whose ledger has no place for jobs: each is done before `enqueue` resolves, and so before the
// message's record is committed. After a crash in between the message has no record, is fetched again, and parsed then.

import type { ParsePool } from '../../parse/worker-pool.ts';
import type { ParseJob } from '../../ports/work.ts';
import type { Parsing } from './parsing.ts';
import { rawObjectMissing } from './raw-object-missing.ts';

export class InlineParseQueue implements Parsing {
  readonly #pool: ParsePool;
  #failed = 0;

  constructor(pool: ParsePool) {
    this.#pool = pool;
  }

  /** A recorded message has its document: nothing is ever left undone. */
  resume(): void {}

  /** @throws what `ParsePool.parse` throws; ARCHIVE_CORRUPT if the stored message is gone */
  async enqueue(job: ParseJob): Promise<void> {
    const outcome = await this.#pool.parse(job);
    if (outcome === 'absent') throw rawObjectMissing(job);
    if (outcome === 'failed') this.#failed += 1;
  }

  async drain(): Promise<{ failed: number }> {
    return { failed: this.#failed };
  }

  async abandon(): Promise<void> {
    await this.#pool.close();
  }
}
