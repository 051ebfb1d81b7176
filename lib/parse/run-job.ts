// One message through one worker: its octets go in while attachments and the document come out, neither held in memory.
// The worker is not believed: sizes, hashes and the order of frames are checked, and it touches no store.

import type { CatalogFacts } from '../core/catalog/catalog-row.ts';
import { attachmentKey } from '../core/keys.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { Problem } from '../core/message/problems.ts';
import { MAX_SPOOL_MEMORY_OCTETS } from '../core/limits.ts';
import type { BlobStore } from '../ports/storage.ts';
import { spool, type SpooledBlob } from '../spool/spool.ts';
import type { DerivedPuts } from './derived-puts.ts';
import { encodeFrame, encodeFrames, encodeJsonFrame } from './frames.ts';
import { JobFailure, JobReader } from './job-reader.ts';
import {
  MAX_ATTACHMENT_EXPANSION,
  MAX_ATTACHMENTS,
  MAX_DOCUMENT_OCTETS,
  MAX_FRAME_OCTETS,
} from './limits.ts';
import { Watchdog } from './watchdog.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface JobSurroundings {
  readonly blobs: BlobStore;
  /** Where the attachments are on their way afterwards: whoever gave it waits for them. */
  readonly puts: DerivedPuts;
  /** For attachments and documents too large for memory. */
  readonly spoolDirectory: string;
  readonly parseTimeoutMs: number;
}

export interface Job {
  readonly ingest: IngestFacts;
  /** Why the whole message could not be parsed: only what its header says is asked for. */
  readonly failure?: Problem;
}

export interface ParsedJob {
  readonly document: SpooledBlob;
  /** For the catalog. */
  readonly facts: CatalogFacts;
}

/**
 * Begins to store the attachments and gives the document, which the caller stores when they are, and disposes of.
 * The worker is ready for the next job, or dead.
 * @throws JobFailure if there is no document; errors of `raw` and of the store as they are
 */
export async function runJob(
  worker: WorkerProcess,
  job: Job,
  raw: AsyncIterable<Uint8Array>,
  surroundings: JobSurroundings,
): Promise<ParsedJob> {
  let isStalled = false;
  let isOver = false;
  const watchdog = new Watchdog(surroundings.parseTimeoutMs, () => {
    isStalled = true;
    worker.kill();
  });
  const feeding = feed(worker, job, raw, watchdog, () => isOver);
  // The source failed: nothing more will come, so the worker must not be waited for. Thrown on below.
  feeding.catch(() => worker.kill());
  let received: ParsedJob | undefined;
  try {
    received = await receive(new JobReader(worker, watchdog), job, surroundings, watchdog);
  } catch (error) {
    // Only a worker that ended its job in order can be asked again.
    if (!(error instanceof JobFailure && error.isOrderly)) worker.kill();
    throw isStalled ? new JobFailure('worker-stalled') : error;
  } finally {
    isOver = true;
    await settle(feeding, received?.document).finally(() => watchdog.stop());
  }
  return received;
}

/** An error of the source goes before whatever the worker made of its absence. */
async function settle(feeding: Promise<void>, document: SpooledBlob | undefined): Promise<void> {
  try {
    await feeding;
  } catch (error) {
    await document?.dispose();
    throw error;
  }
}

async function feed(
  worker: WorkerProcess,
  job: Job,
  raw: AsyncIterable<Uint8Array>,
  watchdog: Watchdog,
  isOver: () => boolean,
): Promise<void> {
  const chunks = raw[Symbol.asyncIterator]();
  try {
    await worker.send(encodeJsonFrame('job', job));
    while (worker.isAlive && !isOver()) {
      const next = await watchdog.during(async () => await chunks.next());
      if (next.done === true) break;
      for (const frame of encodeFrames('raw', next.value)) await worker.send(frame);
      watchdog.touch();
    }
    await worker.send(encodeFrame('raw-end'));
    await worker.flush();
  } finally {
    await chunks.return?.();
  }
}

async function receive(
  reader: JobReader,
  { ingest, failure }: Job,
  surroundings: JobSurroundings,
  watchdog: Watchdog,
): Promise<ParsedJob> {
  const options = { directory: surroundings.spoolDirectory, memoryOctets: MAX_SPOOL_MEMORY_OCTETS };
  let attachmentBudgetOctets = ingest.size * MAX_ATTACHMENT_EXPANSION + MAX_FRAME_OCTETS;
  for (let count = 0; (await reader.peek()) === 'attachment'; count += 1) {
    if (failure !== undefined || count === MAX_ATTACHMENTS) throw new JobFailure('worker-misbehaved');
    const content = await spool(reader.readContent('attachment', attachmentBudgetOctets), options);
    attachmentBudgetOctets -= content.sizeOctets;
    await watchdog.during(async () => await beginPut(content, reader.takeClaim(), ingest, surroundings));
  }
  const facts = await reader.readFacts();
  return { document: await spool(reader.readContent('document', MAX_DOCUMENT_OCTETS), options), facts };
}

/** Takes over the content. */
async function beginPut(
  content: SpooledBlob,
  claimed: ReturnType<JobReader['takeClaim']>,
  { account }: IngestFacts,
  { blobs, puts }: JobSurroundings,
): Promise<void> {
  if (claimed.sha256 !== content.sha256 || claimed.sizeOctets !== content.sizeOctets) {
    await content.dispose();
    throw new JobFailure('worker-misbehaved');
  }
  await puts.begin(content.sizeOctets, async () => {
    try {
      await blobs.put(attachmentKey(account, content.sha256), content);
    } finally {
      await content.dispose();
    }
  });
}
