// Rows in the ledger's file wait with what made them true, and until they are written: whoever dies in between.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { SqliteCatalogRows } from '../../lib/adapters/sqlite-catalog-rows.ts';
import { openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import { SqliteParseQueue } from '../../lib/adapters/sqlite-parse-queue.ts';
import { RunCatalog } from '../../lib/catalog/run-catalog.ts';
import type { AccountId } from '../../lib/core/account.ts';
import type { CatalogRow } from '../../lib/core/catalog/catalog-row.ts';
import type { ParseJob } from '../../lib/ports/work.ts';
import { rowOf } from '../core/catalog/row-of.ts';
import { ingestOf } from '../parse/parsed.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Opened extends AsyncDisposable {
  readonly database: DatabaseSync;
  readonly queue: SqliteParseQueue;
  readonly rows: SqliteCatalogRows;
}

async function open(): Promise<Opened> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const database = openSqliteDatabase(path);
  return {
    database,
    queue: new SqliteParseQueue(database, path),
    rows: new SqliteCatalogRows(database, path),
    [Symbol.asyncDispose]: async () => {
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function jobOf(content: string): ParseJob {
  return { ingest: ingestOf(Buffer.from(content)) };
}

function done(content: string, changes: Partial<CatalogRow> = {}): { job: ParseJob; row: CatalogRow } {
  return { job: jobOf(content), row: rowOf(content, changes) };
}

test('rows wait as they were given, by account and day, until they are taken away', async () => {
  await using opened = await open();
  const { queue, rows } = opened;
  const may = { fetched_at: '2024-05-06T00:00:00.000Z' };
  queue.done([done('a'), done('b'), done('c', may)], 'ndjson');
  const first = (await rows.next(10)) ?? assert.fail('none waits');
  assert.deepEqual(
    first.rows,
    [rowOf('a'), rowOf('b')].toSorted((x, y) => (x.sha256 < y.sha256 ? -1 : 1)),
  );
  assert.deepEqual([first.account, first.ingestDt, first.form], ['billing', '2024-01-02', 'ndjson']);
  assert.deepEqual(await rows.next(10), first, 'asking takes nothing away');
  assert.equal((await rows.next(1))?.rows.length, 1);
  await rows.remove(first);
  const second = (await rows.next(10)) ?? assert.fail('none waits');
  assert.deepEqual(second.rows, [rowOf('c', may)]);
  await rows.remove(second);
  assert.equal(await rows.next(10), undefined);
});

test('of several rows of a message the last waits, and one that came after the asking is not taken away', async () => {
  await using opened = await open();
  const { queue, rows } = opened;
  queue.done([done('a', { preview: '1' })], 'ndjson');
  queue.done([done('a', { preview: '2' })], 'ndjson');
  const group = (await rows.next(10)) ?? assert.fail('none waits');
  assert.deepEqual(
    group.rows.map(({ preview }) => preview),
    ['2'],
  );
  queue.done([done('a', { preview: '3' }), done('b')], 'ndjson');
  await rows.remove(group);
  assert.deepEqual((await rows.next(10))?.rows.map(({ preview }) => preview).sort(), ['', '3']);
});

test('a job is crossed out with its row or not at all', async () => {
  await using opened = await open();
  const { database, queue, rows } = opened;
  await queue.enqueue(jobOf('a'));
  await queue.enqueue(jobOf('b'));
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON catalog_row BEGIN SELECT RAISE(ABORT, 'full'); END`);
  assert.throws(() => queue.done([done('a')], 'ndjson'), { code: 'LEDGER_FAILED' });
  assert.equal(queue.pending().length, 2);
  assert.equal(await rows.next(10), undefined);
  database.exec('DROP TRIGGER full');
  queue.done([done('a'), { job: jobOf('b'), row: undefined }], 'ndjson');
  assert.deepEqual(queue.pending(), []);
  assert.deepEqual((await rows.next(10))?.rows, [rowOf('a')]);
});

test('rows wait for a file of the form that was wanted when they were made, one of each', async () => {
  await using opened = await open();
  const { queue, rows } = opened;
  queue.done([done('a', { preview: 'first' })], 'ndjson');
  queue.done([done('a', { preview: 'second' })], 'parquet');
  const found = [];
  for (let group; (group = await rows.next(10)); await rows.remove(group))
    found.push([group.form, group.rows.map(({ preview }) => preview)]);
  assert.deepEqual(found, [
    ['ndjson', ['first']],
    ['parquet', ['second']],
  ]);
});

test('whoever looks at the rows of an account sees each once, in groups that are not too large', async () => {
  await using opened = await open();
  const { queue, rows } = opened;
  const names = Array.from({ length: 7 }, (_, index) => `m${index}`);
  queue.done(
    names.map((name) => done(name)),
    'ndjson',
  );
  queue.done([done('m0'), done('may', { fetched_at: '2024-05-06T00:00:00.000Z' })], 'parquet');
  const found = [];
  const sizes = [];
  for await (const group of rows.waitingOf('billing' as AccountId, 3)) {
    sizes.push(group.rows.length);
    found.push(...group.rows.map(({ subject }) => `${group.form} ${subject}`));
  }
  assert.deepEqual(
    found.sort(),
    [...names.map((name) => `ndjson ${name}`), 'parquet m0', 'parquet may'].sort(),
  );
  assert.deepEqual(
    sizes.sort((a, b) => a - b),
    [1, 1, 1, 3, 3],
  );
  assert.equal((await rows.next(100))?.rows.length, 7, 'and takes none away');
  for await (const group of rows.waitingOf('other' as AccountId)) assert.fail(group.ingestDt);
});

test('what an earlier run left goes where that run would have put it, whatever this one writes', async () => {
  await using opened = await open();
  const { queue, rows } = opened;
  const blobs = new MemoryBlobStore();
  queue.done([done('a'), done('b')], 'ndjson');
  queue.done([done('c')], 'parquet');
  const report = await new RunCatalog({ waiting: rows, blobs, form: 'parquet' }).finish();
  assert.deepEqual(report, { rows: 3, files: 2 });
  assert.deepEqual(blobs.writes.map((key) => key.split('/')[0] ?? '').sort(), ['catalog', 'catalog-parquet']);
});
