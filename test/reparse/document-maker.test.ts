// Documents made again by real workers: the same octets again, nothing written that is there, nothing good given up.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CatalogRow } from '../../lib/core/catalog/catalog-row.ts';
import { DEFAULT_PARSE_LIMITS } from '../../lib/parse/limits.ts';
import { workerCommand } from '../../lib/parse/worker-command.ts';
import { DocumentMaker } from '../../lib/reparse/document-maker.ts';
import type { DocumentMakerOptions } from '../../lib/reparse/document-maker.ts';
import type { MadeDocument } from '../../lib/reparse/reparse-ports.ts';
import { ingestOf } from '../parse/parsed.ts';
import { inPieces, MemoryBlobStore } from '../support/memory-blob-store.ts';

const FAULTY = { ...workerCommand(100), args: [join(import.meta.dirname, '../parse/faulty-worker.ts')] };
const MESSAGE = Buffer.from(
  [
    'From: a@example.com',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'Hello',
    ...['one', 'two'].flatMap((body) => ['--b', 'Content-Type: a/b', '', body]),
    '--b--',
  ].join('\r\n'),
);

let spoolDirectory: string;
before(async () => {
  spoolDirectory = await mkdtemp(join(tmpdir(), 'document-maker-test-'));
});
after(async () => {
  assert.deepEqual(await readdir(spoolDirectory), [], 'temporary files were left behind');
  await rm(spoolDirectory, { recursive: true, force: true });
});

interface Bench {
  readonly blobs: MemoryBlobStore;
  readonly rows: CatalogRow[];
  readonly make: (raw: Buffer) => Promise<MadeDocument>;
}

async function withMaker(
  options: Partial<DocumentMakerOptions>,
  body: (bench: Bench) => Promise<void>,
): Promise<void> {
  const blobs = new MemoryBlobStore();
  const rows: CatalogRow[] = [];
  const keepRow = (row: CatalogRow): void => void rows.push(row);
  const maker = new DocumentMaker({ blobs, keepRow, workers: 1, spoolDirectory, ...options });
  try {
    const make: Bench['make'] = async (raw) => await maker.make(ingestOf(raw), inPieces(raw));
    await body({ blobs, rows, make });
  } finally {
    await maker.close();
  }
}

function documentKeyOf(raw: Buffer): string {
  return ingestOf(raw).rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
}

test('what comes out as it was is not written again, whatever else is put right', async () => {
  await withMaker({}, async ({ blobs, rows, make }) => {
    assert.deepEqual(await make(MESSAGE), { outcome: 'written', mended: 0 });
    const whole = new Map(blobs.writes.map((key) => [key, blobs.peek(key)]));
    const [one = '', two = ''] = blobs.writes;
    assert.equal(whole.size, 3);
    blobs.writes.length = 0;
    assert.deepEqual(await make(MESSAGE), { outcome: 'unchanged', mended: 0 });
    assert.deepEqual(blobs.writes, []);

    blobs.plant(one, Buffer.from('not one'));
    assert.deepEqual(await make(MESSAGE), { outcome: 'unchanged', mended: 1 });
    assert.deepEqual(blobs.writes, [one]);
    blobs.plant(documentKeyOf(MESSAGE), Buffer.from('{}'));
    blobs.plant(two, Buffer.alloc(0));
    assert.deepEqual(await make(MESSAGE), { outcome: 'written', mended: 1 });
    for (const [key, octets] of whole) assert.deepEqual(blobs.peek(key), octets, key);
    // The catalog may be what is made again: it gets a row each time.
    assert.equal(rows.length, 4);
    assert.equal(new Set(rows.map((row) => JSON.stringify(row))).size, 1);
  });
});

test('octets that end with an error leave everything as it was', async () => {
  await withMaker({}, async ({ blobs, rows, make }) => {
    await make(MESSAGE);
    blobs.writes.length = 0;
    const maker = new DocumentMaker({ blobs, keepRow: undefined, workers: 1, spoolDirectory });
    try {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield MESSAGE.subarray(0, 60);
        throw new Error('the disk');
      }
      await assert.rejects(maker.make(ingestOf(MESSAGE), broken()), /the disk/);
    } finally {
      await maker.close();
    }
    assert.deepEqual([blobs.writes, rows.length], [[], 1]);
  });
});

test('a message that cannot be parsed now keeps its document, and gets one that says so only if it has none', async () => {
  const limits = { ...DEFAULT_PARSE_LIMITS, parseTimeoutMs: 5000 };
  const dying = Buffer.from(`die\r\n${'x'.repeat(100)}`);
  await withMaker({ command: FAULTY, limits }, async ({ blobs, rows, make }) => {
    const key = documentKeyOf(dying);
    const good = Buffer.from('{"ingest":{},"problems":[]}');
    blobs.plant(key, good);
    assert.deepEqual(await make(dying), { outcome: 'kept', mended: 0 });
    assert.deepEqual([blobs.peek(key), rows.length], [good, 0]);
  });
  await withMaker({ command: FAULTY, limits }, async ({ blobs, rows, make }) => {
    for (const round of [1, 2]) {
      assert.deepEqual(await make(dying), { outcome: 'failed', mended: 0 }, `round ${round}`);
      assert.match(String(blobs.peek(documentKeyOf(dying))), /"problems":\["parse-failed"/);
    }
    assert.deepEqual([blobs.writes.length, rows.length], [1, 2]);
  });
});
