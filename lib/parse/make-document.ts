// A document of every message: of all of it, or if that fails of its header alone, or at the least one that says why.

import type { IngestFacts } from '../core/message/document.ts';
import { failedJob } from './failed-job.ts';
import { JobFailure } from './job-reader.ts';
import { KeptHead } from './kept-head.ts';
import { runJob, type Job, type JobSurroundings, type ParsedJob } from './run-job.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { WorkerSet } from './worker-set.ts';

export interface MadeDocument {
  readonly job: ParsedJob;
  /** It only says why there is none of the message. */
  readonly isFailure: boolean;
}

interface Tools extends JobSurroundings {
  /** That `worker` is of, for another one should it die. */
  readonly workers: WorkerSet;
}

/** @throws INTERRUPTED if the workers were ended; errors of `raw` as they are */
export async function makeDocument(
  worker: WorkerProcess,
  ingest: IngestFacts,
  raw: AsyncIterable<Uint8Array>,
  tools: Tools,
): Promise<MadeDocument> {
  const kept = new KeptHead(raw);
  try {
    const job = await runJob(worker, { ingest }, kept.read(), tools);
    // Also behind a worker that answers before it has had all.
    await kept.readRest().catch(async (error: unknown) => {
      await job.document.dispose();
      throw error;
    });
    return { job, isFailure: false };
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    // The worker was ended with all others, not by the message.
    tools.workers.assertOpen();
    await kept.readRest();
    const job = { ingest, failure: error.problem };
    return { job: await lookAgain(worker, job, kept, tools), isFailure: true };
  } finally {
    await kept.close();
  }
}

/** At the header alone, which a worker can read for nearly every message; else only why is told. */
async function lookAgain(
  worker: WorkerProcess,
  job: Required<Job>,
  kept: KeptHead,
  tools: Tools,
): Promise<ParsedJob> {
  const { workers, spoolDirectory } = tools;
  if (kept.sizeOctets > 0) {
    const other = worker.isAlive ? worker : await workers.take();
    try {
      return await runJob(other, job, kept.head(), tools);
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      workers.assertOpen();
    } finally {
      if (other !== worker) workers.giveBack(other);
    }
  }
  return await failedJob(job, spoolDirectory);
}
