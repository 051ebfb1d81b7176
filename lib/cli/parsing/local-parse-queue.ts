// The parse queue of a run on one machine: every job is first written down, then done by the pool beside the import.
// A failing parse never fails the import; what a crash leaves undone is done by the next run.

import type { SqliteParseQueue } from '../../adapters/sqlite-parse-queue.ts';
import type { ParsePool } from '../../parse/worker-pool.ts';
import type { ParseJob } from '../../ports/work.ts';
import type { Parsing } from './parsing.ts';
import { rawObjectMissing } from './raw-object-missing.ts';

/** Jobs under way before the import waits for the parsers to catch up. They hold names, not mail. */
const MAX_UNDER_WAY = 256;

export class LocalParseQueue implements Parsing {
  readonly #jobs: SqliteParseQueue;
  readonly #pool: ParsePool;
  readonly #underWay = new Set<Promise<void>>();
  #failed = 0;
  #isQueueBroken = false;
  #error: Error | undefined;

  constructor(jobs: SqliteParseQueue, pool: ParsePool) {
    this.#jobs = jobs;
    this.#pool = pool;
  }

  resume(): void {
    for (const job of this.#jobs.pending()) this.#start(job);
  }

  async enqueue(job: ParseJob): Promise<void> {
    await this.#jobs.enqueue(job);
    this.#start(job);
    if (this.#underWay.size > MAX_UNDER_WAY) await Promise.race(this.#underWay);
  }

  async drain(): Promise<{ failed: number }> {
    await Promise.all(this.#underWay);
    if (this.#error !== undefined) throw this.#error;
    return { failed: this.#failed };
  }

  /** Ends the workers at once; unfinished jobs stay queued. */
  async abandon(): Promise<void> {
    await this.#pool.close();
  }

  #start(job: ParseJob): void {
    const work = this.#parse(job).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #parse(job: ParseJob): Promise<void> {
    try {
      const outcome = await this.#pool.parse(job);
      if (outcome === 'failed') this.#failed += 1;
      // The job stays queued: it is the only trace of a stored message whose file somebody took away.
      if (outcome === 'absent') this.#fail(rawObjectMissing(job));
      else this.#crossOut(job);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A queue that fails once, locked perhaps, is not asked again for each job: what is not crossed out is done again. */
  #crossOut(job: ParseJob): void {
    if (this.#isQueueBroken) return;
    try {
      this.#jobs.done(job);
    } catch (error) {
      this.#isQueueBroken = true;
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
  }
}
