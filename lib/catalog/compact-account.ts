// Many small files of a day become one, and of several rows of a message one stays. The new file is written and proven before the
// old ones go: whoever reads meanwhile may see a row twice, and never misses one. Safe to repeat, and beside a running import.

import type { AccountId } from '../core/account.ts';
import { catalogKey, catalogPrefix, parseCatalogKey } from '../core/catalog/catalog-key.ts';
import type { CatalogFileName } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import { newestRow } from '../core/catalog/newest-row.ts';
import { MailferryError } from '../core/errors.ts';
import type { CatalogFiles } from '../ports/catalog.ts';
import type { BlobStore } from '../ports/storage.ts';
import { toCatalogFile } from './catalog-file.ts';
import { readCatalogFile } from './read-catalog-file.ts';

export interface CompactPorts {
  readonly blobs: BlobStore;
  readonly files: CatalogFiles;
}

export interface CompactOptions {
  /** Aborted: the files under way are finished, and no others are begun. */
  readonly stop: AbortSignal;
  /** Of the files that become one, together, as they lie there: they are held in memory, unpacked. Only for tests. */
  readonly maxOctets?: number;
}

export interface CompactReport {
  /** NDJSON files that were there. */
  readonly files: number;
  /** Of them, files that became part of another. */
  readonly merged: number;
  /** Files they became. */
  readonly made: number;
  /** Rows in those. */
  readonly rows: number;
  /** Rows left out, because there is a newer one of their message. */
  readonly repeats: number;
  /** Keys of files that cannot be read, and were left as they are. */
  readonly damaged: readonly string[];
}

/** Some hundred megabytes unpacked. Larger files are left alone. */
const MAX_OCTETS = 16 * 1024 * 1024;

/** @throws ARCHIVE_*; INTERRUPTED. What was merged by then is */
export async function compactAccount(
  account: AccountId,
  ports: CompactPorts,
  { stop, maxOctets = MAX_OCTETS }: CompactOptions,
): Promise<CompactReport> {
  const totals = { files: 0, merged: 0, made: 0, rows: 0, repeats: 0, damaged: [] as string[] };
  for (const keys of (await keysByDay(account, ports.blobs)).values()) {
    totals.files += keys.length;
    for await (const group of groupsOf(keys, ports.blobs, maxOctets)) {
      if (stop.aborted) throw interrupted();
      const merged = await merge(group, ports);
      totals.damaged.push(...merged.damaged);
      totals.merged += merged.files;
      totals.made += merged.files > 0 ? 1 : 0;
      totals.rows += merged.rows;
      totals.repeats += merged.repeats;
    }
  }
  return totals;
}

async function keysByDay(account: AccountId, blobs: BlobStore): Promise<Map<string, string[]>> {
  const days = new Map<string, string[]>();
  for await (const key of blobs.list(catalogPrefix('ndjson', account))) {
    const day = parseCatalogKey(key)?.ingestDt;
    if (day === undefined) continue;
    const keys = days.get(day);
    if (keys) keys.push(key);
    else days.set(day, [key]);
  }
  return days;
}

/** Files of a day that together are not too large: two at least. */
async function* groupsOf(
  keys: readonly string[],
  blobs: BlobStore,
  maxOctets: number,
): AsyncGenerator<readonly string[], void, undefined> {
  let group: string[] = [];
  let octets = 0;
  if (keys.length < 2) return;
  for (const key of keys.toSorted()) {
    const { sizeOctets = 0 } = (await blobs.stat(key)) ?? {};
    // Half as large as can be: with another of that size it would not fit, and would be read for nothing each time.
    if (sizeOctets > maxOctets / 2) continue;
    if (octets + sizeOctets > maxOctets) {
      if (group.length > 1) yield group;
      group = [];
      octets = 0;
    }
    group.push(key);
    octets += sizeOctets;
  }
  if (group.length > 1) yield group;
}

interface Merged {
  readonly files: number;
  readonly rows: number;
  readonly repeats: number;
  readonly damaged: readonly string[];
}

async function merge(keys: readonly string[], { blobs, files }: CompactPorts): Promise<Merged> {
  const read = await readAll(keys, blobs);
  const damaged = keys.filter((key) => read.get(key) === 'damaged');
  const old = [...read].filter((entry): entry is [string, readonly CatalogRow[]] => Array.isArray(entry[1]));
  const place = old[0] && parseCatalogKey(old[0][0]);
  if (place === undefined || old.length < 2) return { files: 0, rows: 0, repeats: 0, damaged };
  const rows = newestOfEach(old.flatMap(([, rowsOfFile]) => rowsOfFile));
  const key = await write(rows, place, blobs);
  // One of them may have had all of the rows.
  for (const [oldKey] of old) if (oldKey !== key) await files.remove(oldKey);
  const before = old.reduce((sum, [, rowsOfFile]) => sum + rowsOfFile.length, 0);
  return { files: old.length, rows: rows.length, repeats: before - rows.length, damaged };
}

/** Files that are gone were made part of another by somebody else: they are left out. */
async function readAll(
  keys: readonly string[],
  blobs: BlobStore,
): Promise<ReadonlyMap<string, readonly CatalogRow[] | 'damaged'>> {
  const found = new Map<string, readonly CatalogRow[] | 'damaged'>();
  for (const key of keys) {
    const place = parseCatalogKey(key);
    const octets = await blobs.get(key);
    if (octets === undefined || place === undefined) continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of octets) chunks.push(chunk);
    found.set(key, (await readCatalogFile(Buffer.concat(chunks), place)) ?? 'damaged');
  }
  return found;
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

function interrupted(): MailferryError {
  return new MailferryError('the compaction was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run it again: what was merged stays merged',
  });
}
