// A port: Work for others to do, and news for others to hear.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { FerryEvent } from '../core/events.ts';
import type { IngestFacts } from '../core/message/document.ts';
import type { Blob } from './storage.ts';

/** A stored message whose derived objects are still to be made. */
export interface ParseJob {
  readonly ingest: IngestFacts;
}

export interface JobQueue<Job> {
  /** The job will be done, after a crash too; perhaps more than once. Durable when it resolves. */
  enqueue(job: Job): Promise<void>;
}

export interface ParseQueue extends JobQueue<ParseJob> {
  /**
   * As above.
   * @param raw the message that was stored just now, if it is at hand: so it need not be read again. Its octets are those of the
   *            stored object, and can be opened until this resolves
   */
  enqueue(job: ParseJob, raw?: Blob): Promise<void>;
}

/** A queue that takes many jobs at once for less. */
export interface BulkJobQueue<Job> extends JobQueue<Job> {
  /**
   * As `enqueue` for each; those that were taken stay taken when it throws.
   * @throws QUEUE_FAILED
   */
  enqueueAll(jobs: readonly Job[]): Promise<void>;
}

/** Tells others what happened. */
export interface EventSink {
  /**
   * Each event at least once when it resolves; perhaps more than once, and in any order: `id` tells repeats.
   * @throws EVENTS_FAILED when some may not have been taken
   */
  publish(events: readonly FerryEvent[]): Promise<void>;
}
