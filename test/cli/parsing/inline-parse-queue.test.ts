// A job is done when `enqueue` resolves, and not before: the record that follows it stands for message and document.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { InlineParseQueue } from '../../../lib/cli/parsing/inline-parse-queue.ts';
import { DEFAULT_PARSE_LIMITS } from '../../../lib/parse/limits.ts';
import { workerCommand } from '../../../lib/parse/worker-command.ts';
import { ParsePool } from '../../../lib/parse/worker-pool.ts';
import type { ParseJob } from '../../../lib/ports/work.ts';
import { ingestOf } from '../../parse/parsed.ts';
import { MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const options = { timeout: 60_000 };

interface Bench extends AsyncDisposable {
  readonly blobs: MemoryBlobStore;
  readonly queue: InlineParseQueue;
  /** A message at which the worker does what its first line says. */
  job(deed: string): ParseJob;
  documentOf(job: ParseJob): string | undefined;
}

async function openBench(blobs = new MemoryBlobStore()): Promise<Bench> {
  const folder = await temporaryFolder();
  const pool = new ParsePool({
    blobs,
    workers: 1,
    spoolDirectory: folder.path,
    limits: DEFAULT_PARSE_LIMITS,
    command: {
      ...workerCommand(100),
      args: [join(import.meta.dirname, '../../parse/faulty-worker.ts')],
    },
  });
  return {
    blobs,
    queue: new InlineParseQueue(pool, undefined),
    job: (deed) => {
      const raw = Buffer.from(`${deed}\r\n${'x'.repeat(100)}`);
      const ingest = ingestOf(raw);
      blobs.plant(ingest.rawKey, raw);
      return { ingest };
    },
    documentOf: ({ ingest }) => {
      const key = ingest.rawKey.replace('raw/', 'parsed/v1/').replace(/\.eml$/, '.json');
      return blobs.peek(key)?.toString();
    },
    [Symbol.asyncDispose]: async () => {
      await pool.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('the document is stored when the job is taken', options, async () => {
  await using bench = await openBench();
  const job = bench.job('behave');
  await bench.queue.enqueue(job);
  assert.equal(bench.documentOf(job), '{}\n');
  assert.deepEqual(await bench.queue.drain(), { failed: 0, catalog: undefined });
});

test('a message that cannot be parsed has a document that says so, and is counted', options, async () => {
  await using bench = await openBench();
  const job = bench.job('die');
  await bench.queue.enqueue(job);
  assert.match(bench.documentOf(job) ?? '', /"parse-failed"/);
  await bench.queue.enqueue(bench.job('behave'));
  assert.deepEqual(await bench.queue.drain(), { failed: 1, catalog: undefined });
});

test('a message that is gone is corruption, and is not taken', options, async () => {
  await using bench = await openBench();
  const raw = Buffer.from('never stored');
  await assert.rejects(bench.queue.enqueue({ ingest: ingestOf(raw) }), {
    code: 'ARCHIVE_CORRUPT',
    scope: 'account',
  });
});

test('a store that takes no document fails the job', options, async () => {
  class FullStore extends MemoryBlobStore {
    override async put(): Promise<never> {
      return await Promise.reject(new Error('full'));
    }
  }
  await using bench = await openBench(new FullStore());
  await assert.rejects(bench.queue.enqueue(bench.job('behave')), /full/);
});

test('a job under way is not taken when the run is abandoned', options, async () => {
  await using bench = await openBench();
  const job = bench.job('hang');
  const taken = assert.rejects(bench.queue.enqueue(job), { code: 'INTERRUPTED' });
  await bench.queue.abandon();
  await taken;
  assert.equal(bench.documentOf(job), undefined);
});
