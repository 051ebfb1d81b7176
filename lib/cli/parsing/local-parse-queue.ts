// The parse queue of a run on one machine: every job is first written down, then done by the pool beside the import.
// A failing parse never fails the import; what a crash leaves undone is done by the next run.

import type { DoneJob, SqliteParseQueue } from '../../adapters/sqlite-parse-queue.ts';
import type { RunCatalog } from '../../catalog/run-catalog.ts';
import type { CatalogRow } from '../../core/catalog/catalog-row.ts';
import { WorkUnderWay } from '../../core/work-under-way.ts';
import type { OnRow, ParsePool } from '../../parse/worker-pool.ts';
import type { Blob } from '../../ports/storage.ts';
import type { ParseJob } from '../../ports/work.ts';
import type { Drained, Parsing } from './parsing.ts';
import { rawObjectMissing } from './raw-object-missing.ts';

/** Jobs under way before the import waits for the parsers to catch up. */
const MAX_UNDER_WAY = 128;

/** Of messages that were in memory when their jobs came, and stay there until they are parsed. The others are read again. */
const MAX_HELD_OCTETS = 8 * 1024 * 1024;

/** Jobs crossed out by one commit. What a crash leaves of them is done again. */
const CROSSED_OUT_AT_ONCE = 32;

export class LocalParseQueue implements Parsing {
  readonly #jobs: SqliteParseQueue;
  readonly #pool: ParsePool;
  readonly #catalog: RunCatalog | undefined;
  #done: DoneJob[] = [];
  #underWay = underWay(MAX_UNDER_WAY);
  #heldOctets = 0;
  #unfinished = 0;
  #failed = 0;
  #isQueueBroken = false;
  #error: Error | undefined;

  /** @param catalog of the rows that `jobs` keeps; `undefined` if none is wanted */
  constructor(jobs: SqliteParseQueue, pool: ParsePool, catalog: RunCatalog | undefined) {
    this.#jobs = jobs;
    this.#pool = pool;
    this.#catalog = catalog;
  }

  /** What was killed between a document and its row has no row: it is parsed again although it has a document. */
  resume(): void {
    const pending = this.#jobs.pending();
    // New mail does not wait for what earlier runs left.
    this.#underWay = underWay(pending.length + MAX_UNDER_WAY);
    for (const job of pending) this.#start(job, undefined, true);
  }

  async enqueue(job: ParseJob, raw?: Blob): Promise<void> {
    const octets = this.#hold(raw?.octets);
    let queued;
    try {
      queued = await this.#jobs.add(job);
    } catch (error) {
      this.#heldOctets -= octets?.length ?? 0;
      throw error;
    }
    // The same octets may wait already, of a run that was killed, of another run, or of another message: whichever comes first to
    // its end crosses out both, and each has to bring the row.
    this.#start(queued.job, octets, queued.isRepeat);
    await this.#underWay.room();
  }

  async drain(): Promise<Drained> {
    await this.#underWay.idle();
    this.#crossOut();
    const catalog = await this.#catalog?.finish();
    if (this.#error !== undefined) throw this.#error;
    return { failed: this.#failed, catalog };
  }

  /** Ends the workers at once; unfinished jobs stay queued. */
  async abandon(): Promise<void> {
    await this.#pool.close();
  }

  #hold(octets: Uint8Array | undefined): Uint8Array | undefined {
    if (octets === undefined || this.#heldOctets + octets.length > MAX_HELD_OCTETS) return undefined;
    this.#heldOctets += octets.length;
    return octets;
  }

  /**
   * @param octets of the message, if they are held
   * @param isRepeat its document may be there without its row
   */
  #start(job: ParseJob, octets: Uint8Array | undefined, isRepeat: boolean): void {
    this.#unfinished += 1;
    const again = isRepeat && this.#catalog !== undefined;
    this.#underWay.begin(0, async () => {
      await this.#parse(job, again, octets);
      this.#heldOctets -= octets?.length ?? 0;
    });
  }

  async #parse(job: ParseJob, again: boolean, octets: Uint8Array | undefined): Promise<void> {
    let row: CatalogRow | undefined;
    const onRow: OnRow = (made) => (row = made);
    try {
      const outcome = await this.#pool.parse(job, {
        again,
        onRow,
        raw: octets && (() => inOnePiece(octets)),
      });
      if (outcome === 'failed') this.#failed += 1;
      // The job stays queued: it is the only trace of a stored message whose file somebody took away.
      if (outcome === 'absent') this.#fail(rawObjectMissing(job));
      else this.#done.push({ job, row: this.#catalog && row });
    } catch (error) {
      this.#fail(error);
    }
    this.#unfinished -= 1;
    // The last of those under way leaves none behind: it may be long until another comes.
    if (this.#done.length >= CROSSED_OUT_AT_ONCE || this.#unfinished === 0) this.#crossOut();
  }

  /** A queue that fails once, locked perhaps, is not asked again for each job: what is not crossed out is done again. */
  #crossOut(): void {
    const done = this.#done;
    this.#done = [];
    if (this.#isQueueBroken || done.length === 0) return;
    try {
      this.#jobs.done(done, this.#catalog?.form);
      this.#catalog?.added(done.filter(({ row }) => row !== undefined).length);
    } catch (error) {
      this.#isQueueBroken = true;
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
  }
}

function underWay(jobs: number): WorkUnderWay {
  return new WorkUnderWay({ pieces: jobs, octets: Infinity });
}

async function* inOnePiece(octets: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield octets;
}
