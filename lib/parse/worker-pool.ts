// Raw objects to documents: a few isolated workers, started when needed and used again, replaced when they fail.
// This side holds the store and does all reading and writing; it never looks into a message.

import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { BlobStore } from '../ports/storage.ts';
import type { ParseJob } from '../ports/work.ts';
import { WorkUnderWay } from '../core/work-under-way.ts';
import { DerivedPuts } from './derived-puts.ts';
import { provenOctets } from '../spool/proven-octets.ts';
import { parsedKeyOf, rowOf } from './derived-keys.ts';
import { keptRowOf } from './kept-row.ts';
import { DEFAULT_PARSE_LIMITS, type ParseLimits } from './limits.ts';
import { makeDocument, type MadeDocument } from './make-document.ts';
import type { JobSurroundings } from './run-job.ts';
import { Slots } from './slots.ts';
import { storeFailure } from './store-failure.ts';
import { workerCommand, type WorkerCommand } from './worker-command.ts';
import type { WorkerProcess } from './worker-process.ts';
import { WorkerSet } from './worker-set.ts';

export interface ParsePoolOptions {
  readonly blobs: BlobStore;
  /** Messages parsed at the same time, each in a process of its own. */
  readonly workers: number;
  /** For attachments and documents too large for memory; made when needed. */
  readonly spoolDirectory: string;
  readonly limits?: ParseLimits;
  /** Another worker than the real one: for tests of what happens when it fails. */
  readonly command?: WorkerCommand;
}

/**
 * `parsed` the document is there, now or since before · `kept` the same, although it could not be made again this time ·
 * `failed` a document that says why is there · `absent` there is no raw object to parse.
 */
export type ParseOutcome = 'parsed' | 'kept' | 'failed' | 'absent';

export type OpenedOutcome = Exclude<ParseOutcome, 'absent'>;

/** Is given the row of the document that is there: stored just now, or kept from before (not if that is none of ours). */
export type OnRow = (row: CatalogRow) => void;

export interface ParseOptions {
  /** Called before `parse` resolves. */
  readonly onRow?: OnRow;
  /** Parse also what has a document already, which is replaced by another one, but not by one that only says why there is none. */
  readonly again?: boolean;
  /** The message, if it is at hand: its octets, proven to be those. Otherwise it is read from the archive. Called once at most. */
  readonly raw?: (() => AsyncIterable<Uint8Array>) | undefined;
}

export class ParsePool {
  readonly #options: ParsePoolOptions;
  readonly #surroundings: Omit<JobSurroundings, 'puts'>;
  readonly #slots: Slots;
  readonly #underWay: Slots;
  readonly #putting = new WorkUnderWay(PUTS_AT_ONCE);
  readonly #workers: WorkerSet;

  constructor(options: ParsePoolOptions) {
    this.#options = options;
    const { blobs, spoolDirectory, limits = DEFAULT_PARSE_LIMITS } = options;
    this.#surroundings = { blobs, spoolDirectory, parseTimeoutMs: limits.parseTimeoutMs };
    this.#slots = new Slots(options.workers);
    this.#underWay = new Slots(options.workers * UNDER_WAY_FOR_EACH);
    const command = options.command ?? workerCommand(limits.workerHeapMegabytes);
    this.#workers = new WorkerSet(command, limits.workerStartTimeoutMs);
  }

  /**
   * Safe to repeat, and to call for many messages at once: they wait for a worker in order.
   * Attachments are stored first, the document last: a document's attachments are always there.
   * @throws ARCHIVE_* and SPOOL_FAILED as they come; INTERRUPTED once the pool is closed; PARSE_FAILED of scope `config`
   *         if no worker can be started
   */
  async parse(
    { ingest }: ParseJob,
    { onRow = ignoreRow, again = false, raw }: ParseOptions = {},
  ): Promise<ParseOutcome> {
    const { blobs } = this.#options;
    const key = parsedKeyOf(ingest);
    this.#workers.assertOpen();
    if (!again && (await blobs.stat(key)) !== undefined) {
      await blobs.makeDurable?.(key);
      return 'parsed';
    }
    return await this.#parseAndStore({ ingest, key, onRow }, async () => {
      return raw?.() ?? (await this.#rawOf(ingest));
    });
  }

  /**
   * The same for one who has the raw object open already: no store is asked for it, nor whether there is a document; a new one
   * replaces it. While all workers are busy the octets wait unread.
   * @param raw the octets of `ingest.rawKey`, proven to be those when they have ended; an error of theirs is thrown on
   * @param onRow called before it resolves
   */
  async parseOpened(
    ingest: IngestFacts,
    raw: AsyncIterable<Uint8Array>,
    onRow: OnRow = ignoreRow,
  ): Promise<OpenedOutcome> {
    const outcome = await this.#parseAndStore({ ingest, key: parsedKeyOf(ingest), onRow }, async () => raw);
    if (outcome === 'absent') throw new Error('a raw object that is open is absent');
    return outcome;
  }

  /** Ends all workers, in the middle of a message too: its `parse` throws INTERRUPTED. Safe to repeat. */
  async close(): Promise<void> {
    await this.#workers.close();
  }

  async #rawOf({
    rawKey,
    sha256,
    size: sizeOctets,
  }: IngestFacts): Promise<AsyncIterable<Uint8Array> | undefined> {
    const raw = await this.#options.blobs.get(rawKey);
    return raw && provenOctets({ sha256, sizeOctets, open: () => raw }, `parsing ${rawKey}`, CHANGED_HINT);
  }

  /** The worker goes on with the next message while what this one leaves is stored. */
  async #parseAndStore(
    task: Task,
    open: () => Promise<AsyncIterable<Uint8Array> | undefined>,
  ): Promise<ParseOutcome> {
    await this.#underWay.acquire();
    const puts = new DerivedPuts(this.#putting);
    try {
      const made = await this.#withWorker(async (worker) => {
        const raw = await open();
        const tools = { ...this.#surroundings, puts, workers: this.#workers };
        return raw && (await makeDocument(worker, task.ingest, raw, tools));
      });
      return made === undefined ? 'absent' : await this.#store(made, task, puts);
    } finally {
      await puts.all().catch(() => undefined);
      this.#underWay.release();
    }
  }

  async #withWorker<T>(work: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    this.#workers.assertOpen();
    await this.#slots.acquire();
    try {
      const worker = await this.#workers.take();
      try {
        return await work(worker);
      } finally {
        this.#workers.giveBack(worker);
      }
    } finally {
      this.#slots.release();
    }
  }

  async #store(
    { job: { document, facts }, isFailure }: MadeDocument,
    { ingest, key, onRow }: Task,
    puts: DerivedPuts,
  ): Promise<OpenedOutcome> {
    try {
      await puts.all();
      const outcome = isFailure ? await storeFailure(this.#options.blobs, key, document) : 'parsed';
      if (!isFailure) await this.#options.blobs.put(key, document, { mode: 'replace' });
      const row = outcome === 'kept' ? await keptRowOf(ingest, this.#options.blobs) : rowOf(ingest, facts);
      if (row !== undefined) onRow(row);
      return outcome;
    } finally {
      await document.dispose();
    }
  }
}

/** One message to be parsed. */
interface Task {
  readonly ingest: IngestFacts;
  /** Of its document. */
  readonly key: string;
  readonly onRow: OnRow;
}

/** Of messages, for each worker, that are parsed or being stored; the others wait. */
const UNDER_WAY_FOR_EACH = 16;

/** Of attachments, for all messages together. */
const PUTS_AT_ONCE = { pieces: 64, octets: 8 * 1024 * 1024 };

/** What an object was changed by, after it had been proven. */
const CHANGED_HINT =
  'something changed the stored message: mailferry audit tells what is damaged. Its job waits until the message is whole again';

function ignoreRow(): void {}
