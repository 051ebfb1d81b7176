// The store that tests use keeps the port's promises itself: a test that passes with it must mean something.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobOf, collect, MemoryBlobStore } from './memory-blob-store.ts';

const ONE = Buffer.from('one');
const TWO = Buffer.from('two');

void test('create writes once, is safe to repeat, and calls other octets corruption', async () => {
  const store = new MemoryBlobStore();
  assert.equal(await store.put('a/b', blobOf(ONE)), 'stored');
  assert.equal(await store.put('a/b', blobOf(ONE)), 'exists');
  await assert.rejects(store.put('a/b', blobOf(TWO)), { code: 'ARCHIVE_CORRUPT' });
  assert.deepEqual(store.peek('a/b'), ONE);
});

void test('replace replaces', async () => {
  const store = new MemoryBlobStore();
  await store.put('a/b', blobOf(ONE));
  assert.equal(await store.put('a/b', blobOf(TWO), { mode: 'replace' }), 'stored');
  assert.deepEqual(await collect((await store.get('a/b')) ?? assert.fail()), TWO);
});

void test('octets that are not what the blob claims are refused, and nothing is there', async () => {
  const store = new MemoryBlobStore();
  for (const blob of [
    { ...blobOf(ONE), sizeOctets: 4 },
    { ...blobOf(ONE), sha256: blobOf(TWO).sha256 },
  ]) {
    await assert.rejects(store.put('a/b', blob), { code: 'ARCHIVE_CORRUPT' });
  }
  assert.equal(await store.stat('a/b'), undefined);
  assert.equal(await store.get('a/b'), undefined);
});

void test('keys are listed by prefix', async () => {
  const store = new MemoryBlobStore();
  for (const key of ['a/1', 'a/b/2', 'ab/3']) await store.put(key, blobOf(ONE));
  const keys: string[] = [];
  for await (const key of store.list('a/')) keys.push(key);
  assert.deepEqual(keys.sort(), ['a/1', 'a/b/2']);
});
