// Compaction makes few files of many, loses no row whatever happens in between, and leaves alone what it does not understand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compactAccount } from '../../lib/catalog/compact-account.ts';
import type { CompactOptions } from '../../lib/catalog/compact-account.ts';
import type { CompactPorts } from '../../lib/catalog/merge-files.ts';
import { readCatalogFile } from '../../lib/catalog/read-catalog-file.ts';
import { writeGroup } from '../../lib/catalog/write-group.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { parseCatalogKey } from '../../lib/core/catalog/catalog-key.ts';
import type { CatalogRow } from '../../lib/core/catalog/catalog-row.ts';
import { rowOf } from '../core/catalog/row-of.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { rowsIn } from './rows-in.ts';

const account = 'billing' as AccountId;
const DAY = '2024-01-02';
const stop = new AbortController().signal;

async function write(blobs: MemoryBlobStore, ...rows: readonly CatalogRow[]): Promise<string> {
  return await writeGroup(
    { account, ingestDt: rows[0]?.fetched_at.slice(0, 10) ?? DAY, rows },
    'ndjson',
    blobs,
  );
}

async function compact(
  blobs: MemoryBlobStore,
  changes: Partial<CompactPorts> = {},
  limits: Omit<CompactOptions, 'stop'> = {},
): ReturnType<typeof compactAccount> {
  return await compactAccount(account, { blobs, files: blobs, ...changes }, { stop, ...limits });
}

async function keysOf(blobs: MemoryBlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of blobs.list('catalog/')) keys.push(key);
  return keys;
}

/** What a reader sees at this moment: the subjects, repeats too. */
async function subjects(blobs: MemoryBlobStore): Promise<string[]> {
  const found: string[] = [];
  for (const key of await keysOf(blobs)) {
    const place = parseCatalogKey(key) ?? assert.fail(key);
    const read = await readCatalogFile(blobs.peek(key) ?? Buffer.alloc(0), place);
    if (typeof read === 'string') continue;
    for (const { subject } of read.rows) found.push(subject ?? '');
  }
  return found.sort();
}

test('small files of a day become one, which has every row once', async () => {
  const blobs = new MemoryBlobStore();
  for (let file = 0; file < 20; file += 1) await write(blobs, rowOf(`a${file}`), rowOf('in all'));
  const report = await compact(blobs);
  assert.deepEqual(report, {
    files: 20,
    merged: 20,
    made: 1,
    rows: 21,
    repeats: 19,
    damaged: [],
    tooLarge: [],
  });
  assert.equal((await keysOf(blobs)).length, 1);
  assert.deepEqual(
    await subjects(blobs),
    [...Array.from({ length: 20 }, (_, file) => `a${file}`), 'in all'].sort(),
  );
  const writes = blobs.writes.length;
  assert.deepEqual(await compact(blobs), { ...report, files: 1, merged: 0, made: 0, rows: 0, repeats: 0 });
  assert.equal(blobs.writes.length, writes, 'a second compaction writes nothing');
});

test('of several rows of a message the newest stays', async () => {
  const blobs = new MemoryBlobStore();
  await write(blobs, rowOf('x', { parser_version: '10+a', preview: 'new' }));
  await write(blobs, rowOf('x', { parser_version: '9+a', preview: 'old' }));
  await write(blobs, rowOf('x', { parser_version: '11+a', problems: ['parse-failed', 'worker-died'] }));
  await compact(blobs);
  const [key = assert.fail('nothing is left')] = await keysOf(blobs);
  assert.deepEqual(await rowsIn(blobs, key), [rowOf('x', { parser_version: '10+a', preview: 'new' })]);
});

test('a file that has all rows already is not removed as one of the old ones', async () => {
  const blobs = new MemoryBlobStore();
  await write(blobs, rowOf('a'), rowOf('b'));
  await write(blobs, rowOf('a'));
  await compact(blobs);
  assert.deepEqual(await subjects(blobs), ['a', 'b']);
});

test('days and accounts stay apart', async () => {
  const blobs = new MemoryBlobStore();
  for (const name of ['1', '2']) {
    await write(blobs, rowOf(`one ${name}`));
    await write(blobs, rowOf(`other ${name}`, { fetched_at: '2024-05-06T00:00:00.000Z' }));
  }
  const foreign = 'catalog/v1/account=sales/ingest_dt=2024-01-02/x.ndjson.gz';
  blobs.plant(foreign, gzipSync('{}\n'));
  assert.equal((await compact(blobs)).made, 2);
  const days = (await keysOf(blobs)).map((key) => key.split('/')[3] ?? '').sort();
  assert.deepEqual(days, ['ingest_dt=2024-01-02', 'ingest_dt=2024-01-02', 'ingest_dt=2024-05-06']);
  assert.ok(blobs.peek(foreign));
});

test('a file that cannot be read is named and stays as it is, and the others become one', async () => {
  const blobs = new MemoryBlobStore();
  for (const name of ['a', 'b']) await write(blobs, rowOf(name));
  const whole = gzipSync(`${JSON.stringify(rowOf('c'))}\n`);
  const damaged = {
    'cut-short': whole.subarray(0, -5),
    'no-gzip': Buffer.from('x'),
    'half-a-line': gzipSync(`${JSON.stringify(rowOf('d'))}\n{"sha256":`),
    'of-another-message': gzipSync(`${JSON.stringify({ ...rowOf('e'), sha256: rowOf('f').sha256 })}\n`),
    'of-another-form': gzipSync(`${JSON.stringify({ ...rowOf('g'), to_addresses: 'x' })}\n`),
  };
  const keys = Object.entries(damaged).map(([name, octets]) => {
    const key = `catalog/v1/account=billing/ingest_dt=${DAY}/${name}.ndjson.gz`;
    blobs.plant(key, octets);
    return { key, octets };
  });
  const report = await compact(blobs);
  assert.deepEqual([...report.damaged].sort(), keys.map(({ key }) => key).sort());
  assert.equal(report.made, 1);
  for (const { key, octets } of keys) assert.deepEqual(blobs.peek(key), Buffer.from(octets));
  assert.deepEqual(await subjects(blobs), ['a', 'b']);
});

test('whenever it is stopped, every row is in a file', async () => {
  const steps = 12;
  for (let failAt = 0; failAt < steps; failAt += 1) {
    const blobs = new MemoryBlobStore();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await write(blobs, rowOf(name));
    let step = 0;
    const mayGoOn = async (): Promise<void> => {
      step += 1;
      for (const name of names) assert.ok((await subjects(blobs)).includes(name), `${name} at step ${step}`);
      if (step > failAt) throw new Error('killed');
    };
    const stepped = new Proxy(blobs, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        const call = method.bind(target) as (...args: unknown[]) => unknown;
        if (!['get', 'put', 'verify', 'remove', 'stat'].includes(String(name))) return call;
        return async (...args: unknown[]) => {
          await mayGoOn();
          return await call(...args);
        };
      },
    });
    await compact(stepped).catch((error: unknown) => assert.match(String(error), /killed/));
    assert.deepEqual([...new Set(await subjects(blobs))], names, `stopped at ${failAt}`);
    await compact(blobs);
    assert.deepEqual(await subjects(blobs), names);
    assert.equal((await keysOf(blobs)).length, 1);
  }
});

test('two at once lose nothing', async () => {
  const blobs = new MemoryBlobStore();
  const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
  for (const name of names) await write(blobs, rowOf(name));
  await Promise.all([compact(blobs), compact(blobs), compact(blobs)]);
  assert.deepEqual([...new Set(await subjects(blobs))], names);
});

test('old files stay if the new one is not what was written', async () => {
  const blobs = new MemoryBlobStore();
  for (const name of ['a', 'b']) await write(blobs, rowOf(name));
  const before = await keysOf(blobs);
  const lying = Object.assign(new MemoryBlobStore(), {
    list: blobs.list.bind(blobs),
    get: blobs.get.bind(blobs),
    stat: blobs.stat.bind(blobs),
    put: async () => 'stored' as const,
  });
  await assert.rejects(compact(blobs, { blobs: lying }), { code: 'ARCHIVE_CORRUPT' });
  assert.deepEqual(await keysOf(blobs), before);
});

test('files become one only as long as they fit together, and large ones are left alone', async () => {
  const blobs = new MemoryBlobStore();
  for (let file = 0; file < 9; file += 1) await write(blobs, rowOf(`m${file}`));
  const sizes = (await keysOf(blobs)).map((key) => blobs.peek(key)?.length ?? 0);
  const report = await compact(blobs, {}, { maxOctets: 3 * Math.max(...sizes) });
  assert.deepEqual([report.merged, report.made], [9, 3]);
  assert.equal((await compact(blobs, {}, { maxOctets: Math.max(...sizes) })).made, 0);
  assert.equal((await subjects(blobs)).length, 9);
});

test('no more is unpacked at a time than fits into memory, and no row is lost', async () => {
  const blobs = new MemoryBlobStore();
  const lines = Array.from({ length: 9 }, (_, index) => rowOf(`m${index}`));
  for (const row of lines) await write(blobs, row);
  const maxUnpackedOctets = 4 * Math.max(...lines.map((row) => JSON.stringify(row).length + 1));
  const report = await compact(blobs, {}, { maxUnpackedOctets });
  assert.deepEqual([report.merged, report.made, report.rows], [8, 2, 8], 'the last one is alone');
  assert.deepEqual(await subjects(blobs), lines.map(({ subject }) => subject ?? '').sort());
});

test('a small file that would unpack to more than is allowed is named and left alone, and the others become one', async () => {
  const blobs = new MemoryBlobStore();
  for (const name of ['a', 'b']) await write(blobs, rowOf(name));
  const key = `catalog/v1/account=billing/ingest_dt=${DAY}/0.ndjson.gz`;
  const maxUnpackedOctets = 1024 * 1024;
  const octets = gzipSync(`${JSON.stringify(rowOf('c'))}\n`.repeat(2000));
  assert.ok(octets.length < 10_000);
  blobs.plant(key, octets);
  const report = await compact(blobs, {}, { maxUnpackedOctets });
  assert.deepEqual([report.tooLarge, report.damaged, report.merged, report.made], [[key], [], 2, 1]);
  assert.deepEqual(blobs.peek(key), octets);
  assert.deepEqual([...new Set(await subjects(blobs))], ['a', 'b', 'c']);
});

test('a compaction that is interrupted says so', async () => {
  const blobs = new MemoryBlobStore();
  for (const name of ['a', 'b']) await write(blobs, rowOf(name));
  await assert.rejects(compactAccount(account, { blobs, files: blobs }, { stop: AbortSignal.abort() }), {
    code: 'INTERRUPTED',
  });
  assert.equal((await keysOf(blobs)).length, 2);
});
