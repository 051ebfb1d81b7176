// A message that was stored a moment ago is parsed from memory: the archive is not asked for it again.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteDatabase } from '../../../lib/adapters/sqlite-database.ts';
import { SqliteParseQueue } from '../../../lib/adapters/sqlite-parse-queue.ts';
import { InlineParseQueue } from '../../../lib/cli/parsing/inline-parse-queue.ts';
import { LocalParseQueue } from '../../../lib/cli/parsing/local-parse-queue.ts';
import type { Parsing } from '../../../lib/cli/parsing/parsing.ts';
import { ParsePool } from '../../../lib/parse/worker-pool.ts';
import { spool } from '../../../lib/spool/spool.ts';
import { ingestOf, parsed, TEXT, TOP } from '../../parse/parsed.ts';
import { inPieces, MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Whatever is put can be seen, and nothing be had. */
class BlindStore extends MemoryBlobStore {
  override async get(): Promise<AsyncIterable<Uint8Array> | undefined> {
    throw new Error('the archive was asked for a message that is at hand');
  }
}

interface Place {
  readonly pool: ParsePool;
  readonly blobs: BlindStore;
  readonly folder: string;
}

/** Of a run: messages are handed on as an import does, which disposes of each as soon as its job is taken. */
async function parseAll(queue: Parsing, { blobs, folder }: Place, memoryOctets: number): Promise<void> {
  const subjects = Array.from({ length: 5 }, (_, index) => `Subject: letter ${index}`);
  for (const subject of subjects) {
    const raw = Buffer.from([subject, ...TOP, ...TEXT].join('\r\n'));
    const blob = await spool(inPieces(raw, 10), { directory: folder, memoryOctets });
    await queue.enqueue({ ingest: ingestOf(raw) }, blob);
    await blob.dispose();
  }
  assert.equal((await queue.drain()).failed, 0);
  for (const subject of subjects) {
    const raw = Buffer.from([subject, ...TOP, ...TEXT].join('\r\n'));
    const key = ingestOf(raw).rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
    assert.equal(String(blobs.peek(key)), `${JSON.stringify((await parsed(raw)).document)}\n`);
  }
}

async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const blobs = new BlindStore();
  const pool = new ParsePool({ blobs, workers: 1, spoolDirectory: folder.path });
  try {
    await work({ pool, blobs, folder: folder.path });
  } finally {
    await pool.close();
  }
}

const options = { timeout: 60_000 };

test('by the queue of an archive on this machine, if it is in memory', options, async () => {
  await inPlace(async (place) => {
    const path = join(place.folder, 'ledger.db');
    using database = openSqliteDatabase(path);
    const queue = new LocalParseQueue(new SqliteParseQueue(database, path), place.pool, undefined);
    await parseAll(queue, place, 10_000);
  });
});

for (const [where, memoryOctets] of [
  ['in memory', 10_000],
  ['in a temporary file', 1],
] as const) {
  test(`by the queue that parses at once, also ${where}`, options, async () => {
    await inPlace(async (place) => {
      await parseAll(new InlineParseQueue(place.pool, undefined), place, memoryOctets);
    });
  });
}

test('but not if it is another one by now', options, async () => {
  await inPlace(async ({ pool, blobs, folder }) => {
    const raw = Buffer.from([...TOP, ...TEXT].join('\r\n'));
    const blob = await spool(inPieces(raw, 10), { directory: folder, memoryOctets: 1 });
    await writeFile(blob.file ?? '', String(raw).replace('Grüße', 'Grusse'));
    const parsing = new InlineParseQueue(pool, undefined).enqueue({ ingest: ingestOf(raw) }, blob);
    await assert.rejects(parsing, { code: 'ARCHIVE_CORRUPT' });
    assert.deepEqual(blobs.writes, []);
    await blob.dispose();
  });
});
