// What every CatalogFiles promises, beside the BlobStore of the same place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import { catalogKey } from '../../lib/core/catalog/catalog-key.ts';
import type { CatalogFiles } from '../../lib/ports/catalog.ts';
import type { BlobStore } from '../../lib/ports/storage.ts';
import { rowOf } from '../core/catalog/row-of.ts';
import { blobOf } from '../support/memory-blob-store.ts';

export interface OpenedCatalogFiles extends AsyncDisposable {
  readonly files: CatalogFiles;
  readonly blobs: BlobStore;
}

const PLACE = { account: 'ann' as AccountId, ingestDt: '2026-01-02' };
const BLOB = blobOf(Buffer.from('rows'));

/** @param name of the adapter, for the titles of the tests */
export function testCatalogFilesContract(name: string, open: () => Promise<OpenedCatalogFiles>): void {
  test(`${name}: a file that is removed is gone, and those beside it are there; again does no harm`, async () => {
    await using opened = await open();
    const { files, blobs } = opened;
    for (const form of ['ndjson', 'parquet'] as const) {
      const [key, other] = ['one', 'two'].map((file) => catalogKey({ ...PLACE, form, name: file }));
      assert.ok(key !== undefined && other !== undefined);
      for (const each of [key, other]) await blobs.put(each, BLOB);
      await files.remove(key);
      await files.remove(key);
      assert.deepEqual([await blobs.stat(key), await blobs.get(key)], [undefined, undefined]);
      assert.equal(await blobs.verify(other, BLOB), 'intact');
      await blobs.put(key, BLOB);
      assert.equal(await blobs.verify(key, BLOB), 'intact');
    }
  });

  test(`${name}: nothing else can be removed`, async () => {
    await using opened = await open();
    const { files, blobs } = opened;
    const { raw_key, parsed_key } = rowOf('x');
    const keys = [raw_key, parsed_key, 'attachments/account=ann/x', 'catalog/v1/x', 'ledger.db'];
    for (const key of keys) {
      await blobs.put(key, BLOB);
      await assert.rejects(files.remove(key));
      assert.equal(await blobs.verify(key, BLOB), 'intact');
    }
    await assert.rejects(files.remove(`catalog/v1/account=ann/ingest_dt=2026-01-02/../../../../${raw_key}`));
  });
}
