// The folder keeps the promises of the port, and what only a folder can break.

import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openArchiveFolder } from '../../lib/adapters/archive-folder.ts';
import { FolderBlobStore } from '../../lib/adapters/folder-blob-store.ts';
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
