// What every BlobStore promises, whatever it is made of. Never looks behind the port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Blob, BlobStore } from '../../lib/ports/storage.ts';
import { blobOf, collect } from '../support/memory-blob-store.ts';

/** An empty store of its own for one test. */
export interface OpenedBlobStore extends AsyncDisposable {
  readonly store: BlobStore;
}

const ONE = Buffer.from('one\r\n\0\xff', 'latin1');
const TWO = Buffer.from('two');
const METADATA = { name: 'value', 'run-id': '!~"#$%&/()=?' };
const KEY = 'raw/account=a/dt=2025-01-02/one.eml';

/** @param name of the adapter, for the titles of the tests */
export function testBlobStoreContract(name: string, open: () => Promise<OpenedBlobStore>): void {
  const check = (promise: string, body: (store: BlobStore) => Promise<void>): void => {
    test(`${name}: ${promise}`, async () => {
      await using opened = await open();
      await body(opened.store);
    });
  };
  testWriting(check);
  testMetadata(check);
  testRefusing(check);
  testReading(check);
  testVerifying(check);
}

type Check = (promise: string, body: (store: BlobStore) => Promise<void>) => void;

function testWriting(check: Check): void {
  check('what is put can be read, octet for octet', async (store) => {
    const large = Buffer.alloc(300_001, 'abc');
    for (const octets of [ONE, Buffer.alloc(0), large]) {
      const blob = blobOf(octets);
      assert.equal(await store.put(`raw/${blob.sha256}`, blob), 'stored');
      assert.deepEqual(await read(store, `raw/${blob.sha256}`), octets);
      assert.deepEqual(await store.stat(`raw/${blob.sha256}`), { sizeOctets: octets.length });
    }
  });

  check('put is safe to repeat', async (store) => {
    assert.equal(await store.put(KEY, blobOf(ONE)), 'stored');
    assert.equal(await store.put(KEY, blobOf(ONE)), 'exists');
    assert.equal(await store.put(KEY, blobOf(ONE), { mode: 'create' }), 'exists');
    assert.deepEqual(await read(store, KEY), ONE);
  });

  check('of many puts of one object at once all succeed and one stores', async (store) => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.put(KEY, blobOf(ONE))));
    assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, 1);
    assert.deepEqual(await read(store, KEY), ONE);
  });

  check('replace writes where something is and where nothing is', async (store) => {
    assert.equal(await store.put(KEY, blobOf(ONE), { mode: 'replace' }), 'stored');
    assert.equal(await store.put(KEY, blobOf(TWO), { mode: 'replace' }), 'stored');
    assert.equal(await store.put(KEY, blobOf(TWO), { mode: 'replace' }), 'stored');
    assert.deepEqual(await read(store, KEY), TWO);
  });
}

/** Kept by storage that has a place for it, by others not: to the octets and to a repetition it makes no difference. */
function testMetadata(check: Check): void {
  check('what is to be kept beside an object does not change what it is', async (store) => {
    for (const mode of ['create', 'replace'] as const) {
      const [key, twoKey] = [`raw/${mode}-1.eml`, `raw/${mode}-2.eml`];
      assert.equal(await store.put(key, blobOf(ONE), { mode, metadata: METADATA }), 'stored');
      assert.equal(await store.put(twoKey, blobOf(TWO), { mode, metadata: {} }), 'stored');
      assert.deepEqual(await read(store, key), ONE);
      assert.deepEqual(await store.stat(key), { sizeOctets: ONE.length });
      assert.equal(await store.verify(key, blobOf(ONE)), 'intact');
      assert.equal(await store.put(key, blobOf(ONE), { metadata: { other: 'entries' } }), 'exists');
      assert.equal(await store.put(key, blobOf(ONE)), 'exists');
    }
    assert.equal((await keysBelow(store, 'raw/')).length, 4);
  });
}

function testRefusing(check: Check): void {
  check('other octets under a key are corruption, and stay as they are', async (store) => {
    await store.put(KEY, blobOf(ONE));
    await assert.rejects(store.put(KEY, blobOf(TWO)), { code: 'ARCHIVE_CORRUPT' });
    assert.deepEqual(await read(store, KEY), ONE);
  });

  check('octets that are not what the blob claims leave nothing behind', async (store) => {
    for (const mode of ['create', 'replace'] as const) {
      for (const blob of falseBlobs()) {
        await assert.rejects(store.put(KEY, blob, { mode }), { code: 'ARCHIVE_CORRUPT' });
        assert.equal(await store.stat(KEY), undefined);
        assert.deepEqual(await keysBelow(store, 'raw/'), []);
      }
    }
  });

  check('a replacement that is not what it claims leaves the old object', async (store) => {
    await store.put(KEY, blobOf(ONE));
    for (const blob of falseBlobs())
      await assert.rejects(store.put(KEY, blob, { mode: 'replace' }), { code: 'ARCHIVE_CORRUPT' });
    assert.deepEqual(await read(store, KEY), ONE);
  });

  check('a source that breaks off leaves nothing behind', async (store) => {
    const blob = { ...blobOf(ONE), open: () => breakingOff() };
    await assert.rejects(store.put(KEY, blob));
    assert.equal(await store.get(KEY), undefined);
    assert.equal(await store.put(KEY, blobOf(ONE)), 'stored');
  });
}

function testReading(check: Check): void {
  check('an absent object is undefined, not an error', async (store) => {
    assert.equal(await store.get(KEY), undefined);
    assert.equal(await store.stat(KEY), undefined);
  });

  check('list gives every key below a prefix and no other', async (store) => {
    for (const key of ['a/1', 'a/b/2', 'a/b/c/3', 'ab/4', 'b']) await store.put(key, blobOf(ONE));
    assert.deepEqual(await keysBelow(store, 'a/'), ['a/1', 'a/b/2', 'a/b/c/3']);
    assert.deepEqual(await keysBelow(store, 'a/b/'), ['a/b/2', 'a/b/c/3']);
    assert.deepEqual(await keysBelow(store, 'nothing/'), []);
  });
}

function testVerifying(check: Check): void {
  check('an object is intact when it has these very octets', async (store) => {
    for (const octets of [ONE, Buffer.alloc(0), Buffer.alloc(300_001, 'abc')]) {
      const { sizeOctets, sha256 } = blobOf(octets);
      assert.equal(await store.verify(`raw/${sha256}`, { sizeOctets, sha256 }), 'absent');
      await store.put(`raw/${sha256}`, blobOf(octets));
      assert.equal(await store.verify(`raw/${sha256}`, { sizeOctets, sha256 }), 'intact');
    }
  });

  check('an object of another size or with another sha256 is different', async (store) => {
    await store.put(KEY, blobOf(TWO));
    const sameSize = Buffer.from('twO');
    for (const octets of [ONE, Buffer.alloc(0), Buffer.from('two '), sameSize])
      assert.equal(await store.verify(KEY, blobOf(octets)), 'different');
    for (const blob of falseBlobs()) assert.equal(await store.verify(KEY, blob), 'different');
    assert.deepEqual(await read(store, KEY), TWO);
  });

  check('without a size the sha256 alone decides', async (store) => {
    const { sha256 } = blobOf(ONE);
    assert.equal(await store.verify(KEY, { sha256 }), 'absent');
    await store.put(KEY, blobOf(ONE));
    assert.equal(await store.verify(KEY, { sha256 }), 'intact');
    assert.equal(await store.verify(KEY, { sha256: blobOf(TWO).sha256 }), 'different');
  });

  check('an object is judged by what it is now, not by what it was', async (store) => {
    await store.put(KEY, blobOf(ONE), { mode: 'replace' });
    assert.equal(await store.verify(KEY, blobOf(ONE)), 'intact');
    await store.put(KEY, blobOf(TWO), { mode: 'replace' });
    assert.equal(await store.verify(KEY, blobOf(ONE)), 'different');
    assert.equal(await store.verify(KEY, blobOf(TWO)), 'intact');
  });
}

function falseBlobs(): Blob[] {
  return [
    { ...blobOf(TWO), sizeOctets: TWO.length + 1 },
    { ...blobOf(TWO), sizeOctets: TWO.length - 1 },
    { ...blobOf(TWO), sha256: blobOf(ONE.subarray(1)).sha256 },
  ];
}

async function* breakingOff(): AsyncGenerator<Uint8Array> {
  yield ONE.subarray(0, 2);
  throw new Error('the source broke off');
}

async function read(store: BlobStore, key: string): Promise<Buffer | undefined> {
  const octets = await store.get(key);
  return octets === undefined ? undefined : await collect(octets);
}

async function keysBelow(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys.sort();
}
