// What is in no file of the catalog yet gets into files of another place, each form into its own, and stays where it is.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { SqliteCatalogRows } from '../../../lib/adapters/sqlite-catalog-rows.ts';
import { openSqliteDatabase } from '../../../lib/adapters/sqlite-database.ts';
import { SqliteParseQueue } from '../../../lib/adapters/sqlite-parse-queue.ts';
import { copyCatalogRows } from '../../../lib/cli/open/copy-catalog-rows.ts';
import type { RowsToCopy } from '../../../lib/cli/open/copy-catalog-rows.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import { rowOf } from '../../core/catalog/row-of.ts';
import { ingestOf, parsed } from '../../parse/parsed.ts';
import { MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { rowsIn } from '../../catalog/rows-in.ts';

const account = 'billing' as AccountId;

const goOn = async (): Promise<void> => undefined;

interface Source extends AsyncDisposable {
  readonly queue: SqliteParseQueue;
  readonly blobs: MemoryBlobStore;
  readonly rows: RowsToCopy;
}

async function openSource(): Promise<Source> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const database = openSqliteDatabase(path);
  const [queue, blobs] = [new SqliteParseQueue(database, path), new MemoryBlobStore()];
  const waiting = new SqliteCatalogRows(database, path);
  return {
    queue,
    blobs,
    rows: { blobs, waiting, pending: () => queue.pending(), wanted: 'ndjson' },
    [Symbol.asyncDispose]: async () => {
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function subjectsIn(blobs: MemoryBlobStore): Promise<string[]> {
  const keys = blobs.writes.filter((key) => key.endsWith('.ndjson.gz'));
  const rows = await Promise.all(keys.map(async (key) => await rowsIn(blobs, key)));
  return rows
    .flat()
    .map(({ subject }) => subject ?? '')
    .sort();
}

test('every row of the account that waits is copied, as often as asked, and waits on', async () => {
  await using source = await openSource();
  const { queue, rows } = source;
  const job = { ingest: ingestOf(Buffer.from('any')) };
  const other = rowOf('of another account');
  const ofOther = { ...other, raw_key: other.raw_key.replace('billing', 'other') };
  const may = rowOf('c', { fetched_at: '2024-05-06T00:00:00.000Z' });
  queue.done(
    [rowOf('a'), rowOf('b'), may, ofOther].map((row) => ({ job, row })),
    'ndjson',
  );
  queue.done([{ job, row: rowOf('d') }], 'parquet');
  const target = new MemoryBlobStore();
  for (const round of [1, 2])
    assert.equal(await copyCatalogRows(account, rows, target, goOn), 4, `round ${round}`);
  const files = new Set(target.writes);
  assert.deepEqual([...files].map((key) => key.split('/')[0] ?? '').sort(), [
    'catalog',
    'catalog',
    'catalog-parquet',
  ]);
  assert.deepEqual([...new Set(await subjectsIn(target))], ['a', 'b', 'c']);
});

test('a document that was stored before its row could be kept has a row in the other place', async () => {
  await using source = await openSource();
  const { queue, blobs, rows } = source;
  for (const [subject, isStored] of [
    ['stored', true],
    ['not parsed yet', false],
  ] as const) {
    const raw = Buffer.from(`Subject: ${subject}\r\n\r\n`);
    const ingest = ingestOf(raw);
    await queue.enqueue({ ingest });
    const { document } = await parsed(raw);
    const key = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
    if (isStored) blobs.plant(key, Buffer.from(JSON.stringify(document)));
  }
  const [target, none] = [new MemoryBlobStore(), new MemoryBlobStore()];
  assert.equal(await copyCatalogRows(account, rows, target, goOn), 1);
  assert.deepEqual(await subjectsIn(target), ['stored']);
  assert.equal(queue.pending().length, 2);
  assert.equal(await copyCatalogRows(account, { ...rows, wanted: 'none' }, none, goOn), 0);
});
