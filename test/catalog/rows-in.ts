// The rows of a file of the catalog, which must be one that can be read whole.

import assert from 'node:assert/strict';
import { readCatalogFile } from '../../lib/catalog/read-catalog-file.ts';
import { parseCatalogKey } from '../../lib/core/catalog/catalog-key.ts';
import type { CatalogRow } from '../../lib/core/catalog/catalog-row.ts';
import type { MemoryBlobStore } from '../support/memory-blob-store.ts';

export async function rowsIn(blobs: MemoryBlobStore, key: string): Promise<readonly CatalogRow[]> {
  const place = parseCatalogKey(key) ?? assert.fail(`${key} is no key of the catalog`);
  const octets = blobs.peek(key) ?? assert.fail(`${key} is not there`);
  const read = await readCatalogFile(octets, place);
  return typeof read === 'string' ? assert.fail(`${key} is ${read}`) : read.rows;
}
