// The rows of a run get into files, all of them, and what keeps them from it is told and harms nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryRows } from '../../lib/catalog/memory-rows.ts';
import { RunCatalog } from '../../lib/catalog/run-catalog.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { rowOf } from '../core/catalog/row-of.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { rowsIn } from './rows-in.ts';

async function subjectsIn(blobs: MemoryBlobStore): Promise<string[]> {
  const found: string[] = [];
  for (const key of blobs.writes) {
    found.push(...(await rowsIn(blobs, key)).map(({ subject }) => subject ?? ''));
  }
  return found.sort();
}

test('at the end every row is in a file of its day, and none waits', async () => {
  const [waiting, blobs] = [new MemoryRows(), new MemoryBlobStore()];
  const catalog = new RunCatalog({ waiting, blobs, form: 'ndjson' });
  waiting.add(rowOf('a'));
  waiting.add(rowOf('b', { fetched_at: '2024-05-06T00:00:00.000Z' }));
  waiting.add(rowOf('a', { preview: 'again' }));
  catalog.added(3);
  assert.deepEqual(await catalog.finish(), { rows: 2, files: 2 });
  assert.deepEqual(await subjectsIn(blobs), ['a', 'b']);
  assert.equal(await waiting.next(10), undefined);
});

test('many rows are written before the end, and no file has more than it may', async () => {
  const [waiting, blobs] = [new MemoryRows(), new MemoryBlobStore()];
  const catalog = new RunCatalog({ waiting, blobs, form: 'ndjson', rowsPerFile: 10 });
  const names = Array.from({ length: 35 }, (_, index) => `m${String(index).padStart(2, '0')}`);
  for (const name of names) {
    waiting.add(rowOf(name));
    catalog.added(1);
    await new Promise((wake) => setImmediate(wake));
  }
  const { rows, files } = await catalog.finish();
  assert.equal(rows, 35);
  assert.ok(files >= 4 && files <= 8, `${files} files`);
  assert.deepEqual(await subjectsIn(blobs), names);
});

test('a file that cannot be written is told, and its rows wait for the next time', async () => {
  const [waiting, blobs] = [new MemoryRows(), new MemoryBlobStore()];
  const failure = new MailferryError('no room', { code: 'ARCHIVE_FULL', scope: 'account', retryable: true });
  let attempts = 0;
  const put = async (): Promise<never> => {
    attempts += 1;
    return await Promise.reject(failure);
  };
  const catalog = new RunCatalog({ waiting, blobs: { put }, form: 'ndjson', rowsPerFile: 1 });
  for (const name of ['a', 'b', 'c']) {
    waiting.add(rowOf(name));
    catalog.added(1);
    await new Promise((wake) => setImmediate(wake));
  }
  assert.deepEqual(await catalog.finish(), { rows: 0, files: 0, error: 'no room' });
  assert.ok(attempts <= 3, `tried ${attempts} times`);
  const later = new RunCatalog({ waiting, blobs, form: 'ndjson' });
  assert.deepEqual(await later.finish(), { rows: 3, files: 1 });
  assert.deepEqual(await subjectsIn(blobs), ['a', 'b', 'c']);
});

test('a failure that has passed by the end is none', async () => {
  const [waiting, blobs] = [new MemoryRows(), new MemoryBlobStore()];
  let isFirst = true;
  const put: MemoryBlobStore['put'] = async (...args) => {
    if (isFirst) {
      isFirst = false;
      throw new Error('once');
    }
    return await blobs.put(...args);
  };
  const catalog = new RunCatalog({ waiting, blobs: { put }, form: 'ndjson', rowsPerFile: 1 });
  waiting.add(rowOf('a'));
  catalog.added(1);
  assert.deepEqual(await catalog.finish(), { rows: 1, files: 1 });
});

test('after a failure that has passed, rows are written before the end again', async () => {
  const [waiting, blobs] = [new WatchedRows(), new MemoryBlobStore()];
  let failures = 2;
  const put: MemoryBlobStore['put'] = async (...args) => {
    if ((failures -= 1) >= 0) return waiting.fail('for a moment');
    return await blobs.put(...args);
  };
  const catalog = new RunCatalog({ waiting, blobs: { put }, form: 'ndjson', rowsPerFile: 10 });
  const names = await addOneByOne(100, waiting, catalog);
  const written = await subjectsIn(blobs);
  assert.ok(written.length >= 80, `${written.length} rows are written before the end`);
  assert.deepEqual(await catalog.finish(), { rows: 100, files: blobs.writes.length });
  assert.deepEqual(await subjectsIn(blobs), names);
});

test('a store that never takes a file is asked seldom, and every row waits', async () => {
  const [waiting, blobs] = [new WatchedRows(), new MemoryBlobStore()];
  let attempts = 0;
  const put = async (): Promise<never> => {
    attempts += 1;
    return waiting.fail('never');
  };
  const catalog = new RunCatalog({ waiting, blobs: { put }, form: 'ndjson', rowsPerFile: 2 });
  const names = await addOneByOne(200, waiting, catalog);
  assert.deepEqual(await catalog.finish(), { rows: 0, files: 0, error: 'never' });
  assert.ok(attempts >= 5 && attempts <= 20, `${attempts} attempts for 100 files`);
  await new RunCatalog({ waiting, blobs, form: 'ndjson' }).finish();
  assert.deepEqual(await subjectsIn(blobs), names);
});

/** Knows whether rows of it are on their way into a file. */
class WatchedRows extends MemoryRows {
  isBusy = false;

  override async next(limit: number): ReturnType<MemoryRows['next']> {
    const group = await super.next(limit);
    this.isBusy = group !== undefined;
    return group;
  }

  override async remove(group: Parameters<MemoryRows['remove']>[0]): Promise<void> {
    await super.remove(group);
    this.isBusy = false;
  }

  /** Of a store that does not take the file. */
  fail(why: string): never {
    this.isBusy = false;
    throw new Error(why);
  }
}

/** Each when the one before has come to whatever it comes to. */
async function addOneByOne(count: number, waiting: WatchedRows, catalog: RunCatalog): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `m${String(index).padStart(3, '0')}`);
  for (const name of names) {
    waiting.add(rowOf(name));
    catalog.added(1);
    do await new Promise((wake) => setImmediate(wake));
    while (waiting.isBusy);
  }
  return names;
}
