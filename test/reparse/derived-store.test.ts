// What is made again and is there already is not written, and is durable all the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerivedStore } from '../../lib/reparse/derived-store.ts';
import { blobOf, MemoryBlobStore } from '../support/memory-blob-store.ts';

/** As a folder after a crash: what is there can be seen, and may be gone after the next one. */
class UnsyncedBlobs extends MemoryBlobStore {
  readonly made: string[] = [];

  async makeDurable(key: string): Promise<void> {
    this.made.push(key);
  }
}

test('an object that is there already is made durable before it counts as there', async () => {
  const blobs = new UnsyncedBlobs();
  const one = blobOf(Buffer.from('one'));
  const store = new DerivedStore(blobs);
  blobs.plant('parsed/v1/one.json', Buffer.from('one'));
  assert.equal(await store.put('parsed/v1/one.json', one, { mode: 'replace' }), 'exists');
  assert.deepEqual([blobs.made, blobs.writes], [['parsed/v1/one.json'], []]);
  assert.equal(await store.put('parsed/v1/two.json', one, { mode: 'replace' }), 'stored');
  assert.deepEqual(blobs.made, ['parsed/v1/one.json'], 'what is put is durable by itself');
});

test('what cannot be made durable is told', async () => {
  const blobs = Object.assign(new UnsyncedBlobs(), {
    makeDurable: async () => await Promise.reject(new Error('the disk')),
  });
  blobs.plant('attachments/x', Buffer.from('one'));
  await assert.rejects(new DerivedStore(blobs).put('attachments/x', blobOf(Buffer.from('one'))), /the disk/);
});

test('where names are durable as soon as they can be seen, nothing more is asked', async () => {
  const blobs = new MemoryBlobStore();
  blobs.plant('attachments/x', Buffer.from('one'));
  assert.equal(await new DerivedStore(blobs).put('attachments/x', blobOf(Buffer.from('one'))), 'exists');
});
