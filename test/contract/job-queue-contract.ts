// What every JobQueue promises, whatever it is made of. Never looks behind the port but to see what waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import { rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate } from '../../lib/core/record.ts';
import type { BulkJobQueue, JobQueue, ParseJob } from '../../lib/ports/work.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { ODD_UIDLS } from './sample-records.ts';

/** An empty queue of its own for one test. */
export interface OpenedJobQueue<Queue> extends AsyncDisposable {
  readonly queue: Queue;
  /** The jobs that would be done if somebody came now, in any order. */
  waiting(): Promise<readonly ParseJob[]>;
}

type OpenJobQueue<Queue> = () => Promise<OpenedJobQueue<Queue>>;

/** @param name of the adapter, for the titles of the tests */
export function testJobQueueContract(name: string, open: OpenJobQueue<JobQueue<ParseJob>>): void {
  test(`${name}: a job waits as it was given, once it is enqueued`, async () => {
    await using opened = await open();
    const jobs = ODD_UIDLS.map((uidl, index) => parseJob(index, uidl));
    for (const job of jobs) await opened.queue.enqueue(job);
    assertSame(await opened.waiting(), jobs);
  });

  test(`${name}: a job that is enqueued twice waits, and the others with it`, async () => {
    await using opened = await open();
    const jobs = manyJobs(3);
    for (const job of [...jobs, ...jobs]) await opened.queue.enqueue(job);
    assertSame(withoutRepeats(await opened.waiting()), jobs);
  });

  test(`${name}: jobs enqueued at the same time all wait`, async () => {
    await using opened = await open();
    const jobs = manyJobs(50);
    await Promise.all(jobs.map(async (job) => await opened.queue.enqueue(job)));
    assertSame(withoutRepeats(await opened.waiting()), jobs);
  });
}

/** As `testJobQueueContract`, and more. */
export function testBulkJobQueueContract(name: string, open: OpenJobQueue<BulkJobQueue<ParseJob>>): void {
  testJobQueueContract(name, open);

  test(`${name}: however many jobs are enqueued together, each waits`, async () => {
    for (const count of [0, 1, 10, 11, 157]) {
      await using opened = await open();
      const jobs = manyJobs(count);
      await opened.queue.enqueueAll(jobs);
      assertSame(withoutRepeats(await opened.waiting()), jobs);
    }
  });

  test(`${name}: large jobs that are enqueued together all wait`, async () => {
    await using opened = await open();
    const jobs = Array.from({ length: 25 }, (_, index) => parseJob(index, 'x'.repeat(60_000)));
    await opened.queue.enqueueAll(jobs);
    assertSame(withoutRepeats(await opened.waiting()), jobs);
  });

  test(`${name}: enqueuing together what waits already loses nothing`, async () => {
    await using opened = await open();
    const jobs = manyJobs(25);
    await opened.queue.enqueueAll(jobs.slice(0, 15));
    await opened.queue.enqueueAll(jobs.slice(5));
    assertSame(withoutRepeats(await opened.waiting()), jobs);
  });
}

export function manyJobs(count: number): ParseJob[] {
  return Array.from({ length: count }, (_, index) => parseJob(index, `uidl-${index}`));
}

/** @param index tells jobs apart */
export function parseJob(index: number, uidl: string): ParseJob {
  const account = 'ann' as AccountId;
  const sha256 = sha256Of(Buffer.from(`message ${index}`));
  const key = rawKey(account, '2025-01-02' as ArchiveDate, sha256);
  const fetchedAt = '2025-01-02T03:04:05.678Z';
  return { ingest: { account, uidl, sha256, size: 100 + index, rawKey: key, runId: 'run-1', fetchedAt } };
}

/** At least once is what is promised. */
function withoutRepeats(jobs: readonly ParseJob[]): ParseJob[] {
  return [...new Map(jobs.map((job) => [job.ingest.rawKey, job])).values()];
}

function assertSame(actual: readonly ParseJob[], expected: readonly ParseJob[]): void {
  const inOrder = (jobs: readonly ParseJob[]): ParseJob[] =>
    [...jobs].sort((a, b) => a.ingest.size - b.ingest.size);
  assert.deepEqual(inOrder(actual), inOrder(expected));
}
