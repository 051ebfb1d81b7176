// Files of one day become one, if there are two at least. The new one is written and proven before the old ones go.

import { catalogKey, parseCatalogKey } from '../core/catalog/catalog-key.ts';
import type { CatalogFileName } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import { newestRow } from '../core/catalog/newest-row.ts';
import { MailferryError } from '../core/errors.ts';
import type { CatalogFiles } from '../ports/catalog.ts';
import type { BlobStore } from '../ports/storage.ts';
import { toCatalogFile } from './catalog-file.ts';

export interface CompactPorts {
  readonly blobs: BlobStore;
  readonly files: CatalogFiles;
}

export interface Merged {
  /** Files that became one; 0 if there were not two. */
  readonly files: number;
  /** In that one. */
  readonly rows: number;
  readonly repeats: number;
}

/** @param read the rows of each file, by its key. @throws ARCHIVE_*: then all old files are there */
export async function mergeFiles(
  read: ReadonlyMap<string, readonly CatalogRow[]>,
  { blobs, files }: CompactPorts,
): Promise<Merged> {
  const [first = ''] = read.keys();
  const place = parseCatalogKey(first);
  if (place === undefined || read.size < 2) return { files: 0, rows: 0, repeats: 0 };
  const all = [...read.values()].flat();
  const rows = newestOfEach(all);
  const key = await write(rows, place, blobs);
  // One of them may have had all of the rows.
  for (const oldKey of read.keys()) if (oldKey !== key) await files.remove(oldKey);
  return { files: read.size, rows: rows.length, repeats: all.length - rows.length };
}

function newestOfEach(rows: readonly CatalogRow[]): readonly CatalogRow[] {
  const newest = new Map<string, CatalogRow>();
  for (const row of rows) {
    const other = newest.get(row.sha256);
    newest.set(row.sha256, other === undefined ? row : newestRow(other, row));
  }
  return [...newest.values()];
}

async function write(
  rows: readonly CatalogRow[],
  { account, ingestDt }: CatalogFileName,
  blobs: BlobStore,
): Promise<string> {
  const { name, blob } = await toCatalogFile('ndjson', rows);
  const key = catalogKey({ form: 'ndjson', account, ingestDt, name });
  await blobs.put(key, blob, { mode: 'replace' });
  if ((await blobs.verify(key, blob)) === 'intact') return key;
  throw new MailferryError(`${key} was written, and is not what was written: the files before it stay`, {
    code: 'ARCHIVE_CORRUPT',
    scope: 'account',
    retryable: true,
    hint: 'find out who else writes there, and run it again',
  });
}
