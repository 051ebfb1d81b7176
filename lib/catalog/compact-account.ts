// Many small files of a day become one, and of several rows of a message one stays. The new file is written and proven before the
// old ones go: whoever reads meanwhile may see a row twice, and never misses one. Safe to repeat, and beside a running import.

import type { AccountId } from '../core/account.ts';
import { catalogPrefix, parseCatalogKey } from '../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';
import { MailferryError } from '../core/errors.ts';
import type { BlobStore } from '../ports/storage.ts';
import { mergeFiles } from './merge-files.ts';
import type { CompactPorts, Merged } from './merge-files.ts';
import { MAX_UNPACKED_OCTETS, readCatalogFile } from './read-catalog-file.ts';
import type { ReadFile } from './read-catalog-file.ts';

export interface CompactOptions {
  /** Aborted: the files under way are finished, and no others are begun. */
  readonly stop: AbortSignal;
  /** Of the files that become one, together, as they lie there. Only for tests. */
  readonly maxOctets?: number;
  /** The same, unpacked: they are held in memory. Only for tests. */
  readonly maxUnpackedOctets?: number;
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
  /** Keys of files that would unpack to more than MAX_UNPACKED_OCTETS, and were left as they are. */
  readonly tooLarge: readonly string[];
}

interface Limits {
  readonly maxOctets: number;
  readonly maxUnpackedOctets: number;
}

/** Larger files are left alone. */
const MAX_OCTETS = 16 * 1024 * 1024;

/** @throws ARCHIVE_*; INTERRUPTED. What was merged by then is */
export async function compactAccount(
  account: AccountId,
  ports: CompactPorts,
  { stop, maxOctets = MAX_OCTETS, maxUnpackedOctets = MAX_UNPACKED_OCTETS }: CompactOptions,
): Promise<CompactReport> {
  const limits = { maxOctets, maxUnpackedOctets };
  const lists = { damaged: [] as string[], tooLarge: [] as string[] };
  const totals = { files: 0, merged: 0, made: 0, rows: 0, repeats: 0 };
  for (const keys of (await keysByDay(account, ports.blobs)).values()) {
    totals.files += keys.length;
    for await (const group of groupsOf(keys, ports.blobs, limits)) {
      if (stop.aborted) throw interrupted();
      for await (const merged of mergeGroup(group, ports, limits, lists)) {
        totals.merged += merged.files;
        totals.made += merged.files > 0 ? 1 : 0;
        totals.rows += merged.rows;
        totals.repeats += merged.repeats;
        if (stop.aborted) throw interrupted();
      }
    }
  }
  return { ...totals, ...lists };
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
  { maxOctets }: Limits,
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

/**
 * One file of them all, or several if unpacked they would be too much for memory together. Only what was unpacked tells.
 * @param lists gets the keys of those that are left as they are
 */
async function* mergeGroup(
  keys: readonly string[],
  ports: CompactPorts,
  { maxUnpackedOctets }: Limits,
  lists: { readonly damaged: string[]; readonly tooLarge: string[] },
): AsyncGenerator<Merged, void, undefined> {
  let read = new Map<string, readonly CatalogRow[]>();
  let octets = 0;
  for (const key of keys) {
    const file = await readFile(key, ports.blobs, maxUnpackedOctets);
    if (file === 'damaged') lists.damaged.push(key);
    if (file === 'too-large') lists.tooLarge.push(key);
    // As in `groupsOf`.
    if (typeof file !== 'object' || file.unpackedOctets > maxUnpackedOctets / 2) continue;
    if (octets + file.unpackedOctets > maxUnpackedOctets) {
      yield await mergeFiles(read, ports);
      read = new Map<string, readonly CatalogRow[]>();
      octets = 0;
    }
    read.set(key, file.rows);
    octets += file.unpackedOctets;
  }
  yield await mergeFiles(read, ports);
}

/** @returns `undefined` if it is gone: somebody else made it part of another */
async function readFile(
  key: string,
  blobs: BlobStore,
  maxUnpackedOctets: number,
): Promise<ReadFile | 'damaged' | 'too-large' | undefined> {
  const place = parseCatalogKey(key);
  const octets = await blobs.get(key);
  if (octets === undefined || place === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  return await readCatalogFile(Buffer.concat(chunks), place, maxUnpackedOctets);
}

function interrupted(): MailferryError {
  return new MailferryError('the compaction was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run it again: what was merged stays merged',
  });
}
