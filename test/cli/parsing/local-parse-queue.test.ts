// What a crash left undone is done by the next run, with a row of the catalog for every document that is there.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { SqliteCatalogRows } from '../../../lib/adapters/sqlite-catalog-rows.ts';
import { openSqliteDatabase } from '../../../lib/adapters/sqlite-database.ts';
import { SqliteParseQueue } from '../../../lib/adapters/sqlite-parse-queue.ts';
import { RunCatalog } from '../../../lib/catalog/run-catalog.ts';
import { LocalParseQueue } from '../../../lib/cli/parsing/local-parse-queue.ts';
import type { CatalogRow } from '../../../lib/core/catalog/catalog-row.ts';
import { DEFAULT_PARSE_LIMITS } from '../../../lib/parse/limits.ts';
import { workerCommand } from '../../../lib/parse/worker-command.ts';
import { ParsePool } from '../../../lib/parse/worker-pool.ts';
import { rowsIn } from '../../catalog/rows-in.ts';
import { ingestOf, parsed } from '../../parse/parsed.ts';
import { inPieces, MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const options = { timeout: 60_000 };
const FAULTY = {
  ...workerCommand(100),
  args: [join(import.meta.dirname, '../../parse/faulty-worker.ts')],
};

interface Resumed {
  readonly rows: readonly CatalogRow[];
  /** Jobs that wait on. */
  readonly pending: number;
}

/** A run after one that died: its job waits, its document is there, its row is lost. Today's worker dies of the message. */
async function resume(raw: Buffer, document: string): Promise<Resumed> {
  const ingest = ingestOf(raw);
  const blobs = new MemoryBlobStore();
  blobs.plant(ingest.rawKey, raw);
  blobs.plant(ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json'), Buffer.from(document));
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const database = openSqliteDatabase(path);
  const jobs = new SqliteParseQueue(database, path);
  await jobs.enqueue({ ingest });
  const limits = DEFAULT_PARSE_LIMITS;
  const pool = new ParsePool({ blobs, workers: 1, spoolDirectory: folder.path, limits, command: FAULTY });
  try {
    const waiting = new SqliteCatalogRows(database, path);
    const queue = new LocalParseQueue(jobs, pool, new RunCatalog({ waiting, blobs, form: 'ndjson' }));
    queue.resume();
    assert.equal((await queue.drain()).failed, 0);
    const rows = await Promise.all(blobs.writes.map(async (key) => await rowsIn(blobs, key)));
    return { rows: rows.flat(), pending: jobs.pending().length };
  } finally {
    await pool.close();
    database.close();
  }
}

test(
  'a message that cannot be parsed again keeps its document, and the row that was lost is made of that',
  options,
  async () => {
    const raw = Buffer.from('die\r\nSubject: not yet\r\n\r\nHello');
    const { document } = await parsed(raw);
    const whole = { ...document, subject: 'Hello', sentAt: '2024-01-01T00:00:00.000Z' };
    const { rows, pending } = await resume(raw, JSON.stringify(whole));
    assert.equal(pending, 0);
    assert.deepEqual(
      rows.map(({ subject, sent_at, raw_key, parser_version }) => ({
        subject,
        sent_at,
        raw_key,
        parser_version,
      })),
      [
        {
          subject: 'Hello',
          sent_at: '2024-01-01T00:00:00.000Z',
          raw_key: ingestOf(raw).rawKey,
          parser_version: document.ingest.parser.version,
        },
      ],
    );
  },
);

test('no row is made of a document that is another message’s, or none of ours', options, async () => {
  const raw = Buffer.from('die\r\n\r\nHello');
  const { document } = await parsed(raw);
  const { document: other } = await parsed(Buffer.from('another one'));
  const version = { ...document.ingest.parser, version: '<script>' };
  for (const there of [
    { problems: [] },
    { ...document, ingest: other.ingest },
    { ...document, ingest: { ...document.ingest, parser: version } },
    { ...document, sentAt: 'yesterday' },
  ])
    assert.deepEqual((await resume(raw, JSON.stringify(there))).rows, []);
});

test(
  'a message that is fetched again while its job waits takes no row with it when the run is killed',
  options,
  async () => {
    const raw = Buffer.from('Subject: again\r\n\r\nHello');
    const ingest = ingestOf(raw);
    const blobs = new MemoryBlobStore();
    blobs.plant(ingest.rawKey, raw);
    const key = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
    blobs.plant(key, Buffer.from(`${JSON.stringify((await parsed(raw)).document)}\n`));
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'ledger.db');
    using database = openSqliteDatabase(path);
    const jobs = new SqliteParseQueue(database, path);
    const waiting = new SqliteCatalogRows(database, path);
    const begin = (): { queue: LocalParseQueue; pool: ParsePool } => {
      const pool = new ParsePool({ blobs, workers: 1, spoolDirectory: folder.path });
      const queue = new LocalParseQueue(jobs, pool, new RunCatalog({ waiting, blobs, form: 'ndjson' }));
      queue.resume();
      return { queue, pool };
    };
    // Of a run that was killed before it had a row, and before the message was recorded.
    await jobs.enqueue({ ingest });
    const killed = begin();
    await killed.queue.enqueue({ ingest: { ...ingest, uidl: 'u-2' } });
    await killed.queue.abandon();
    await assert.rejects(killed.queue.drain(), { code: 'INTERRUPTED' });
    const { queue, pool } = begin();
    await queue.drain();
    await pool.close();
    const rows = await Promise.all(
      blobs.writes
        .filter((name) => name.startsWith('catalog/'))
        .map(async (name) => await rowsIn(blobs, name)),
    );
    assert.deepEqual(
      rows.flat().map(({ subject }) => subject),
      ['again'],
    );
    // The facts are those of the first import.
    assert.match(String(blobs.peek(key)), /"uidl":"u-1"/);
  },
);

test('mail that comes waits for no worker, however much of it is at hand', options, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  using database = openSqliteDatabase(path);
  const jobs = new SqliteParseQueue(database, path);
  const blobs = new MemoryBlobStore();
  const pool = new ParsePool({
    blobs,
    workers: 1,
    spoolDirectory: folder.path,
    limits: { ...DEFAULT_PARSE_LIMITS, parseTimeoutMs: 600_000 },
    command: FAULTY,
  });
  const queue = new LocalParseQueue(jobs, pool, undefined);
  for (let index = 0; index < 5; index += 1) {
    const octets = Buffer.from(`hang\r\n${index}`.padEnd(4_000_000));
    const { sha256, size: sizeOctets } = ingestOf(octets);
    const raw = { sha256, sizeOctets, octets, open: () => inPieces(octets) };
    await queue.enqueue({ ingest: ingestOf(octets) }, raw);
  }
  assert.equal(jobs.pending().length, 5);
  await queue.abandon();
  await assert.rejects(queue.drain(), { code: 'INTERRUPTED' });
});

test(
  'a job that another process has queued meanwhile, and died of, takes no row with it',
  options,
  async () => {
    const raw = Buffer.from('Subject: theirs\r\n\r\nHello');
    const ingest = ingestOf(raw);
    const blobs = new MemoryBlobStore();
    blobs.plant(ingest.rawKey, raw);
    const key = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'ledger.db');
    using database = openSqliteDatabase(path);
    const jobs = new SqliteParseQueue(database, path);
    const pool = new ParsePool({ blobs, workers: 1, spoolDirectory: folder.path });
    const waiting = new SqliteCatalogRows(database, path);
    const queue = new LocalParseQueue(jobs, pool, new RunCatalog({ waiting, blobs, form: 'ndjson' }));
    queue.resume();
    await jobs.enqueue({ ingest });
    blobs.plant(key, Buffer.from(`${JSON.stringify((await parsed(raw)).document)}\n`));
    await queue.enqueue({ ingest });
    await queue.drain();
    await pool.close();
    const files = blobs.writes.filter((name) => name.startsWith('catalog/'));
    const rows = await Promise.all(files.map(async (name) => await rowsIn(blobs, name)));
    assert.deepEqual([rows.flat().length, jobs.pending().length], [1, 0]);
  },
);
