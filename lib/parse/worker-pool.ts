// Raw objects to documents: a few isolated workers, started when needed and used again, replaced when they fail.
// This side holds the store and does all reading and writing; it never looks into a message.

import { MailferryError } from '../core/errors.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { Problem } from '../core/message/problems.ts';
import { readDocument } from '../core/message/read-document.ts';
import type { Blob, BlobStore } from '../ports/storage.ts';
import type { ParseJob } from '../ports/work.ts';
import { spool } from '../spool/spool.ts';
import { parsedKeyOf } from './derived-keys.ts';
import { failedDocument } from './failed-document.ts';
import { JobFailure } from './job-reader.ts';
import { DEFAULT_PARSE_LIMITS, type ParseLimits } from './limits.ts';
import { runJob } from './run-job.ts';
import { Slots } from './slots.ts';
import { workerCommand, type WorkerCommand } from './worker-command.ts';
import { WorkerProcess } from './worker-process.ts';

export interface ParsePoolOptions {
  readonly blobs: BlobStore;
  /** Messages parsed at the same time, each in a process of its own. */
  readonly workers: number;
  /** For attachments and documents too large for memory; made when needed. */
  readonly spoolDirectory: string;
  readonly limits?: ParseLimits;
  /** Parse again what has a document already, and replace that. */
  readonly rebuild?: boolean;
  /** Another worker than the real one: for tests of what happens when it fails. */
  readonly command?: WorkerCommand;
}

/**
 * `parsed` the document is there, now or since before · `kept` the same, although it could not be made again this time ·
 * `failed` a document that says why is there · `absent` there is no raw object to parse.
 */
export type ParseOutcome = 'parsed' | 'kept' | 'failed' | 'absent';

export type OpenedOutcome = Exclude<ParseOutcome, 'absent'>;

export class ParsePool {
  readonly #options: ParsePoolOptions;
  readonly #limits: ParseLimits;
  readonly #command: WorkerCommand;
  readonly #slots: Slots;
  readonly #idle: WorkerProcess[] = [];
  readonly #workers = new Set<WorkerProcess>();
  #isClosed = false;

  constructor(options: ParsePoolOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_PARSE_LIMITS;
    this.#command = options.command ?? workerCommand(this.#limits.workerHeapMegabytes);
    this.#slots = new Slots(options.workers);
  }

  /**
   * Safe to repeat, and to call for many messages at once: they wait for a worker in order.
   * Attachments are stored first, the document last: a document's attachments are always there.
   * @throws ARCHIVE_* and SPOOL_FAILED as they come; INTERRUPTED once the pool is closed; PARSE_FAILED of scope `config`
   *         if no worker can be started
   */
  async parse({ ingest }: ParseJob): Promise<ParseOutcome> {
    const { blobs, rebuild } = this.#options;
    const key = parsedKeyOf(ingest);
    this.#assertOpen();
    if (rebuild !== true && (await blobs.stat(key)) !== undefined) return 'parsed';
    return await this.#withWorker(async (worker) => {
      const raw = await blobs.get(ingest.rawKey);
      return raw === undefined ? 'absent' : await this.#parseWith(worker, ingest, raw, key);
    });
  }

  /**
   * The same for one who has the raw object open already: no store is asked for it, nor whether there is a document; a new one
   * replaces it. While all workers are busy the octets wait unread.
   * @param raw the octets of `ingest.rawKey`; an error of theirs is thrown on
   */
  async parseOpened(ingest: IngestFacts, raw: AsyncIterable<Uint8Array>): Promise<OpenedOutcome> {
    const key = parsedKeyOf(ingest);
    return await this.#withWorker(async (worker) => await this.#parseWith(worker, ingest, raw, key));
  }

  /** Ends all workers, in the middle of a message too: its `parse` throws INTERRUPTED. Safe to repeat. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const workers = [...this.#workers];
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(async (worker) => await worker.ended));
  }

  async #withWorker<T>(work: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    this.#assertOpen();
    await this.#slots.acquire();
    try {
      const worker = await this.#takeWorker();
      try {
        return await work(worker);
      } finally {
        this.#giveBack(worker);
      }
    } finally {
      this.#slots.release();
    }
  }

  async #parseWith(
    worker: WorkerProcess,
    ingest: IngestFacts,
    raw: AsyncIterable<Uint8Array>,
    key: string,
  ): Promise<OpenedOutcome> {
    const { blobs, spoolDirectory } = this.#options;
    const surroundings = { blobs, spoolDirectory, parseTimeoutMs: this.#limits.parseTimeoutMs };
    try {
      const document = await runJob(worker, ingest, raw, surroundings);
      await this.#store(key, document, 'replace');
      return 'parsed';
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      // The worker was ended by `close`, not by the message.
      this.#assertOpen();
      return await this.#storeFailure(key, ingest, error.problem);
    }
  }

  async #storeFailure(key: string, ingest: IngestFacts, problem: Problem): Promise<'failed' | 'kept'> {
    const json = `${JSON.stringify(failedDocument(ingest, problem))}\n`;
    const source = (async function* () {
      yield Buffer.from(json);
    })();
    const { rebuild, spoolDirectory } = this.#options;
    const failure = await spool(source, { directory: spoolDirectory, memoryOctets: MAX_SPOOL_MEMORY_OCTETS });
    try {
      await this.#store(key, failure, rebuild === true ? 'replace' : 'create');
      return 'failed';
    } catch (error) {
      // There is a document from before, when it went better: that is not given up for one that says nothing.
      if (!(error instanceof MailferryError && error.code === 'ARCHIVE_CORRUPT')) throw error;
      return (await this.#hasGoodDocument(key)) ? 'kept' : 'failed';
    }
  }

  /** And not one that says the same for another reason. */
  async #hasGoodDocument(key: string): Promise<boolean> {
    const octets = await this.#options.blobs.get(key);
    return octets !== undefined && (await readDocument(octets))?.isFailure === false;
  }

  async #store(
    key: string,
    document: Blob & { dispose(): Promise<void> },
    mode: 'create' | 'replace',
  ): Promise<void> {
    try {
      await this.#options.blobs.put(key, document, { mode });
    } finally {
      await document.dispose();
    }
  }

  async #takeWorker(): Promise<WorkerProcess> {
    this.#assertOpen();
    const { workerStartTimeoutMs } = this.#limits;
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isAlive && (await idle.answers(workerStartTimeoutMs))) return idle;
      this.#workers.delete(idle);
      this.#assertOpen();
    }
    const worker = await WorkerProcess.start(this.#command, workerStartTimeoutMs);
    this.#workers.add(worker);
    if (!this.#isClosed) return worker;
    // `close` came while it started, and could not know of it.
    this.#workers.delete(worker);
    worker.kill();
    await worker.ended;
    throw interrupted();
  }

  #giveBack(worker: WorkerProcess): void {
    if (worker.isAlive && !this.#isClosed) this.#idle.push(worker);
    else {
      worker.kill();
      void worker.ended.then(() => this.#workers.delete(worker));
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw interrupted();
  }
}

function interrupted(): MailferryError {
  return new MailferryError('parsing was stopped: the worker pool is closed', {
    code: 'INTERRUPTED',
    scope: 'account',
    retryable: true,
  });
}
