// The folder keeps the promises of the port, and what only a folder can break.

import assert from 'node:assert/strict';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { openArchiveFolder } from '../../lib/adapters/archive-folder.ts';
import { FolderBlobStore } from '../../lib/adapters/folder-blob-store.ts';
import { spool } from '../../lib/spool/spool.ts';
import { testBlobStoreContract } from '../contract/blob-store-contract.ts';
import { blobOf } from '../support/memory-blob-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ONE = blobOf(Buffer.from('one'));

testBlobStoreContract('folder', async () => {
  const { store, [Symbol.asyncDispose]: dispose } = await openStore();
  return { store, [Symbol.asyncDispose]: dispose };
});

async function openStore(): Promise<{ store: FolderBlobStore; path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  await openArchiveFolder(folder.path);
  return {
    store: new FolderBlobStore(folder.path),
    path: folder.path,
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

test('no temporary file outlives a put, whether it succeeds or not', async () => {
  await using opened = await openStore();
  await opened.store.put('a/1', ONE);
  await opened.store.put('a/1', ONE);
  await assert.rejects(opened.store.put('a/2', { ...ONE, sizeOctets: 9 }));
  await assert.rejects(opened.store.put('a/1', blobOf(Buffer.from('two'))));
  assert.deepEqual(await readdir(join(opened.path, '.tmp')), []);
  assert.deepEqual(await readdir(join(opened.path, 'a')), ['1']);
});

test('an object somebody cut short is called corrupt, not present', async () => {
  await using opened = await openStore();
  await opened.store.put('a/1', ONE);
  await writeFile(join(opened.path, 'a/1'), 'on');
  await assert.rejects(opened.store.put('a/1', ONE), { code: 'ARCHIVE_CORRUPT' });
});

test('an object somebody changed, cut short or took away does not verify', async () => {
  await using opened = await openStore();
  const path = join(opened.path, 'a/1');
  await opened.store.put('a/1', ONE);
  for (const content of ['onE', 'on', '', 'one ']) {
    await writeFile(path, content);
    assert.equal(await opened.store.verify('a/1', ONE), 'different');
  }
  await writeFile(path, 'one');
  assert.equal(await opened.store.verify('a/1', ONE), 'intact');
  await rm(path);
  assert.equal(await opened.store.verify('a/1', ONE), 'absent');
  await rm(join(opened.path, 'a'), { recursive: true });
  assert.equal(await opened.store.verify('a/1', ONE), 'absent');
});

test('a name is made durable, or it is told that it cannot be', async () => {
  await using opened = await openStore();
  await opened.store.put('a/1', ONE);
  await new FolderBlobStore(opened.path).makeDurable('a/1');
  await writeFile(join(opened.path, 'b'), 'a file where a folder is due');
  await assert.rejects(opened.store.makeDurable('b/1'), { code: 'ARCHIVE_UNWRITABLE' });
});

test('a key that leads out of the folder is refused', async () => {
  await using opened = await openStore();
  for (const key of ['../x', 'a/../../x', '/etc/x', './x', 'a/./x']) {
    await assert.rejects(opened.store.put(key, ONE), /not an archive key/);
    await assert.rejects(opened.store.stat(key), /not an archive key/);
    await assert.rejects(opened.store.verify(key, ONE), /not an archive key/);
  }
});

test('what cannot be written is ARCHIVE_UNWRITABLE', async () => {
  await using opened = await openStore();
  await writeFile(join(opened.path, 'a'), 'a file where a folder belongs');
  await assert.rejects(opened.store.put('a/1', ONE, { mode: 'replace' }), { code: 'ARCHIVE_UNWRITABLE' });
});

test('what cannot be read is ARCHIVE_UNREADABLE', async () => {
  await using opened = await openStore();
  await writeFile(join(opened.path, 'a'), 'a file where a folder belongs');
  await assert.rejects(opened.store.stat('a/1'), { code: 'ARCHIVE_UNREADABLE' });
  await assert.rejects(opened.store.verify('a/1', ONE), { code: 'ARCHIVE_UNREADABLE' });
  await assert.rejects(opened.store.list('a/')[Symbol.asyncIterator]().next(), {
    code: 'ARCHIVE_UNREADABLE',
  });
});

test('a blob that is a file of the folder for temporary files is not copied, and outlives that', async () => {
  await using opened = await openStore();
  const { store, path } = opened;
  const temporary = join(path, '.tmp');
  const octets = Buffer.alloc(100_000, 'abc');
  const options = { directory: temporary, memoryOctets: 10 };
  const spooled = await spool(Readable.from([octets], { objectMode: false }), options);
  assert.equal(await store.put('raw/1', spooled), 'stored');
  const [before] = await readdir(temporary);
  assert.ok(before);
  assert.equal((await stat(join(temporary, before))).ino, (await stat(join(path, 'raw/1'))).ino);
  assert.equal(await store.put('raw/1', spooled), 'exists');
  await spooled.dispose();
  assert.equal(await store.verify('raw/1', spooled), 'intact');
  assert.deepEqual(await readdir(temporary), []);
});

test('a file that is replaced is never the one that a blob lies in, and one elsewhere is copied', async () => {
  await using opened = await openStore();
  await using elsewhere = await temporaryFolder();
  const { store, path } = opened;
  for (const [directory, mode] of [
    [join(path, '.tmp'), 'replace'],
    [elsewhere.path, 'create'],
  ] as const) {
    const spooled = await spool(Readable.from([Buffer.from(mode)], { objectMode: false }), {
      directory,
      memoryOctets: 1,
    });
    assert.equal(await store.put(`raw/${mode}`, spooled, { mode }), 'stored');
    assert.notEqual((await stat(String(spooled.file))).ino, (await stat(join(path, `raw/${mode}`))).ino);
    await spooled.dispose();
    assert.equal(await store.verify(`raw/${mode}`, spooled), 'intact');
  }
});

test('a blob whose file was changed behind its back is not stored', async () => {
  await using opened = await openStore();
  const { store, path } = opened;
  const options = { directory: join(path, '.tmp'), memoryOctets: 1 };
  const spooled = await spool(Readable.from([Buffer.from('as it came')], { objectMode: false }), options);
  await writeFile(String(spooled.file), 'as it is..');
  await assert.rejects(store.put('raw/1', spooled), { code: 'ARCHIVE_CORRUPT' });
  assert.equal(await store.stat('raw/1'), undefined);
  await spooled.dispose();
});

test('many objects put at once are all there, each in its folder', async () => {
  await using opened = await openStore();
  const blobs = Array.from({ length: 60 }, (_, index) => blobOf(Buffer.from(`message ${index}`)));
  const key = (index: number): string => `raw/dt=${index % 7}/${index}`;
  const put = await Promise.all(blobs.map(async (blob, index) => await opened.store.put(key(index), blob)));
  assert.deepEqual(new Set(put), new Set(['stored']));
  for (const [index, blob] of blobs.entries())
    assert.equal(await opened.store.verify(key(index), blob), 'intact');
});
