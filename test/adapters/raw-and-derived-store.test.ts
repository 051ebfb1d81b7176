// Two stores behind one port: the promises hold, and each object lies in the one where it belongs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawAndDerivedStore } from '../../lib/adapters/raw-and-derived-store.ts';
import { testBlobStoreContract } from '../contract/blob-store-contract.ts';
import { blobOf, MemoryBlobStore } from '../support/memory-blob-store.ts';

testBlobStoreContract('raw and derived', async () => ({
  store: new RawAndDerivedStore({ raw: new MemoryBlobStore(), derived: new MemoryBlobStore() }),
  [Symbol.asyncDispose]: async () => undefined,
}));

test('raw messages go to the one, everything else to the other, and neither is asked for what is not its', async () => {
  const raw = new MemoryBlobStore();
  const derived = new MemoryBlobStore();
  const store = new RawAndDerivedStore({ raw, derived });
  const blob = blobOf(Buffer.from('x'));
  for (const key of [
    'raw/account=a/1.eml',
    'parsed/v1/raw/1.json',
    'attachments/account=a/1',
    'raw',
    'rawest/1',
  ])
    await store.put(key, blob);
  assert.deepEqual(raw.writes, ['raw/account=a/1.eml']);
  assert.deepEqual(derived.writes, ['parsed/v1/raw/1.json', 'attachments/account=a/1', 'raw', 'rawest/1']);

  raw.plant('parsed/v1/stray.json', Buffer.from('x'));
  derived.plant('raw/stray.eml', Buffer.from('x'));
  for (const key of ['parsed/v1/stray.json', 'raw/stray.eml']) {
    assert.equal(await store.get(key), undefined);
    assert.equal(await store.stat(key), undefined);
    assert.equal(await store.verify(key, blob), 'absent');
  }
  const listed: string[] = [];
  for (const prefix of ['raw/', 'parsed/']) for await (const key of store.list(prefix)) listed.push(key);
  assert.deepEqual(listed, ['raw/account=a/1.eml', 'parsed/v1/raw/1.json']);
});

test('how it is to be put reaches the store it belongs to', async () => {
  const seen: unknown[] = [];
  const spy = new (class extends MemoryBlobStore {
    override async put(
      ...[key, blob, options]: Parameters<MemoryBlobStore['put']>
    ): Promise<'stored' | 'exists'> {
      seen.push(options);
      return await super.put(key, blob, options);
    }
  })();
  const options = { mode: 'replace', metadata: { uidl: 'x' } } as const;
  await new RawAndDerivedStore({ raw: spy, derived: spy }).put('raw/1', blobOf(Buffer.from('x')), options);
  assert.deepEqual(seen, [options]);
});
