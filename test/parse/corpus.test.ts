// Every message of the corpus beside the checkout, through real workers: none crashes, none hangs, each has a document.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ParsePool } from '../../lib/parse/worker-pool.ts';
import { CORPUS_MESSAGES, corpusMessages, corpusSkip } from '../support/corpus.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { ingestOf } from './parsed.ts';

void test(
  'every message of the corpus has a document, and none says that it failed',
  { skip: corpusSkip(), timeout: 300_000 },
  async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'corpus-test-'));
    const blobs = new MemoryBlobStore();
    const pool = new ParsePool({ blobs, workers: availableParallelism(), spoolDirectory });
    try {
      const messages = corpusMessages();
      assert.equal(messages.length, CORPUS_MESSAGES);
      const failed: string[] = [];
      const parse = async ({ name, bytes }: { name: string; bytes: Buffer }): Promise<void> => {
        const ingest = ingestOf(bytes);
        blobs.plant(ingest.rawKey, bytes);
        if ((await pool.parse({ ingest })) !== 'parsed') failed.push(name);
        const key = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
        const document: unknown = JSON.parse(String(blobs.peek(key)));
        assert.ok(
          typeof document === 'object' && document !== null && Reflect.get(document, 'schemaVersion') === 1,
        );
      };
      await Promise.all(messages.map(parse));
      assert.deepEqual(failed, []);
      assert.deepEqual(await readdir(spoolDirectory), []);
    } finally {
      await pool.close();
      await rm(spoolDirectory, { recursive: true, force: true });
    }
  },
);
