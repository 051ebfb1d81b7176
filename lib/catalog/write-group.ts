// One file of the catalog, written: all rows of a group, of one account and day.

import { catalogKey } from '../core/catalog/catalog-key.ts';
import type { CatalogForm } from '../core/catalog/catalog-key.ts';
import type { RowGroup } from '../ports/catalog.ts';
import type { BlobStore } from '../ports/storage.ts';
import { toCatalogFile } from './catalog-file.ts';

/**
 * Durable when it resolves. Safe to repeat: the same rows go into the same file.
 * @returns the file's key. @throws what `BlobStore.put` throws
 */
export async function writeGroup(
  { account, ingestDt, rows }: RowGroup,
  form: CatalogForm,
  blobs: Pick<BlobStore, 'put'>,
): Promise<string> {
  const { name, blob } = await toCatalogFile(form, rows);
  const key = catalogKey({ form, account, ingestDt, name });
  // Another version may compress the same rows to other octets.
  await blobs.put(key, blob, { mode: 'replace' });
  return key;
}
