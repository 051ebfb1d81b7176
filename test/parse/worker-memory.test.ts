// A message larger than either process may hold goes through both in pieces.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { IngestFacts } from '../../lib/core/message/document.ts';
import type { Sha256 } from '../../lib/core/record.ts';
import type { Blob } from '../../lib/ports/storage.ts';
import { ParsePool } from '../../lib/parse/worker-pool.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { ingestOf } from './parsed.ts';

const LINE = Buffer.from(`${Buffer.alloc(57, 7).toString('base64')}\r\n`);
const BLOCK_LINES = 800;
const BLOCKS = 2600;
const DECODED_OCTETS = 57 * BLOCK_LINES * BLOCKS;
const START = Buffer.from(
  [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'Hello',
    '--b',
    'Content-Type: application/zip',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n'),
);

const BLOCK = Buffer.alloc(LINE.length * BLOCK_LINES, LINE);
const END = Buffer.from('--b--\r\n');

/** The facts of START, so many BLOCKs and END. */
function ingestOfAll(): IngestFacts {
  const hash = createHash('sha256').update(START);
  for (let count = 0; count < BLOCKS; count += 1) hash.update(BLOCK);
  const sha256 = hash.update(END).digest('hex') as Sha256;
  const facts = ingestOf(START);
  const size = START.length + BLOCKS * BLOCK.length + END.length;
  return { ...facts, sha256, size, rawKey: facts.rawKey.replace(facts.sha256, sha256) };
}

/** Makes its one message as it is read, and only hashes what is put. */
class HashingStore extends MemoryBlobStore {
  readonly attachments: { sizeOctets: number; isAsClaimed: boolean }[] = [];

  override async get(): Promise<AsyncIterable<Uint8Array>> {
    return (async function* () {
      yield START;
      for (let count = 0; count < BLOCKS; count += 1) yield Buffer.from(BLOCK);
      yield END;
    })();
  }

  override async put(key: string, blob: Blob): Promise<'stored'> {
    if (!key.startsWith('attachments/')) return 'stored';
    const hash = createHash('sha256');
    let sizeOctets = 0;
    for await (const octets of blob.open()) {
      hash.update(octets);
      sizeOctets += octets.length;
    }
    this.attachments.push({ sizeOctets, isAsClaimed: hash.digest('hex') === blob.sha256 });
    return 'stored';
  }
}

void test(
  'an attachment of 118 MB is stored while the parent grows by less than that',
  { timeout: 120_000 },
  async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'memory-test-'));
    const blobs = new HashingStore();
    const pool = new ParsePool({ blobs, workers: 1, spoolDirectory });
    const ingest = ingestOfAll();
    const baseOctets = process.memoryUsage.rss();
    let peakOctets = 0;
    const sampling = setInterval(() => {
      peakOctets = Math.max(peakOctets, process.memoryUsage.rss());
    }, 20);
    try {
      assert.equal(await pool.parse({ ingest }), 'parsed');
      assert.deepEqual(blobs.attachments, [{ sizeOctets: DECODED_OCTETS, isAsClaimed: true }]);
      const growthOctets = peakOctets - baseOctets;
      assert.ok(growthOctets < 100_000_000, `the parent grew by ${growthOctets} octets`);
      assert.deepEqual(await readdir(spoolDirectory), []);
    } finally {
      clearInterval(sampling);
      await pool.close();
      await rm(spoolDirectory, { recursive: true, force: true });
    }
  },
);
