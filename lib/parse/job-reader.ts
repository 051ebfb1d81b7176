// Reads what a worker answers to one job, and ends the job at the first thing that is not as agreed.

import type { CatalogFacts } from '../core/catalog/catalog-row.ts';
import { readCatalogFacts } from '../core/catalog/read-facts.ts';
import { PROBLEMS, type Problem } from '../core/message/problems.ts';
import { FrameError, type Frame } from './frames.ts';
import { MAX_ROW_OCTETS } from './limits.ts';
import type { Watchdog } from './watchdog.ts';
import type { WorkerProcess } from './worker-process.ts';

/** There is no document for this message, and why. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly problem: Problem;
  /** The worker said so itself, and can be given the next job. */
  readonly isOrderly: boolean;

  constructor(problem: Problem, options: { readonly isOrderly?: boolean } = {}) {
    super(`a message could not be parsed: ${problem}`);
    this.problem = problem;
    this.isOrderly = options.isOrderly ?? false;
  }
}

type ContentType = 'attachment' | 'row' | 'document';

export class JobReader {
  readonly #worker: WorkerProcess;
  readonly #watchdog: Watchdog;
  #peeked: Frame | undefined;
  #claim: unknown;

  constructor(worker: WorkerProcess, watchdog: Watchdog) {
    this.#worker = worker;
    this.#watchdog = watchdog;
  }

  /** What comes next, without taking it. An attachment may be empty: then it starts with its end. @throws JobFailure */
  async peek(): Promise<ContentType> {
    this.#peeked ??= await this.#take();
    const { type } = this.#peeked;
    if (type === 'attachment' || type === 'attachment-end') return 'attachment';
    if (type === 'row' || type === 'document') return type;
    throw new JobFailure('worker-misbehaved');
  }

  /** The octets of one attachment or the document, up to its end. @throws JobFailure */
  async *readContent(type: ContentType, maxOctets: number): AsyncGenerator<Uint8Array> {
    let remainingOctets = maxOctets;
    for (;;) {
      const frame = await this.#take();
      if (frame.type === `${type}-end`) {
        this.#claim = type === 'attachment' ? parseJson(frame.payload) : undefined;
        return;
      }
      remainingOctets -= frame.payload.length;
      // An empty frame is none of ours: without end they would look like progress.
      const isAgreed = frame.type === type && frame.payload.length > 0 && remainingOctets >= 0;
      if (!isAgreed) throw new JobFailure('worker-misbehaved');
      yield frame.payload;
    }
  }

  /** The facts for the catalog, which come once, before the document. @throws JobFailure */
  async readFacts(): Promise<CatalogFacts> {
    const chunks: Uint8Array[] = [];
    for await (const octets of this.readContent('row', MAX_ROW_OCTETS)) chunks.push(octets);
    const facts = readCatalogFacts(parseJson(Buffer.concat(chunks)));
    if (facts === undefined) throw new JobFailure('worker-misbehaved');
    return facts;
  }

  /** What the worker said of the attachment just read: to be compared, never to be used. */
  takeClaim(): { readonly sha256: unknown; readonly sizeOctets: unknown } {
    const claim = this.#claim;
    this.#claim = undefined;
    if (typeof claim !== 'object' || claim === null) throw new JobFailure('worker-misbehaved');
    return { sha256: Reflect.get(claim, 'sha256'), sizeOctets: Reflect.get(claim, 'sizeOctets') };
  }

  async #take(): Promise<Frame> {
    const peeked = this.#peeked;
    if (peeked !== undefined) {
      this.#peeked = undefined;
      return peeked;
    }
    const next = await this.#worker.frames.next().catch((error: unknown) => {
      throw new JobFailure(error instanceof FrameError ? 'worker-misbehaved' : 'worker-died');
    });
    this.#watchdog.touch();
    if (next.done === true) throw new JobFailure('worker-died');
    if (next.value.type === 'failed')
      throw new JobFailure(problemOf(next.value.payload), { isOrderly: true });
    return next.value;
  }
}

function problemOf(payload: Uint8Array): Problem {
  const said = parseJson(payload);
  const name: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'problem') : undefined;
  const known = PROBLEMS.find(([problem]) => problem === name);
  if (known === undefined) throw new JobFailure('worker-misbehaved');
  return known[0];
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw new JobFailure('worker-misbehaved');
  }
}
