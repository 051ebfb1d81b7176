// What the catalog of a place is still to have, written into files of another place: the rows that wait in its ledger, and those
// of documents that a run had stored when it died, before their rows. Nothing changes where they come from.

import { groupRows } from '../../catalog/group-rows.ts';
import { writeGroup } from '../../catalog/write-group.ts';
import type { Config } from '../../config/config.ts';
import type { AccountId } from '../../core/account.ts';
import type { CatalogRow } from '../../core/catalog/catalog-row.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { keptRowOf } from '../../parse/kept-row.ts';
import type { RowGroup, WaitingRowsReader } from '../../ports/catalog.ts';
import type { BlobStore } from '../../ports/storage.ts';
import type { ParseJob } from '../../ports/work.ts';

export interface RowsToCopy {
  readonly blobs: Pick<BlobStore, 'get'>;
  readonly waiting: WaitingRowsReader;
  /** Not crossed out yet, of all accounts. */
  readonly pending: () => readonly ParseJob[];
  /** What is wanted there now: of rows that wait for a file of any form. With `none` no new rows are made. */
  readonly wanted: Config['catalog'];
}

/** Of one file. */
const ROWS_AT_ONCE = 1000;

/** Documents looked for at a time: a storage far away takes its time for each. */
const AT_ONCE = 16;

/**
 * Safe to repeat: the same rows go into the same files.
 * @param mayGoOn called before each file
 * @returns rows. @throws LEDGER_FAILED, ARCHIVE_UNREADABLE; what `BlobStore.put` and `mayGoOn` throw
 */
export async function copyCatalogRows(
  account: AccountId,
  { blobs, waiting, pending, wanted }: RowsToCopy,
  target: Pick<BlobStore, 'put'>,
  mayGoOn: () => Promise<void>,
): Promise<number> {
  const form = wanted === 'none' ? 'ndjson' : wanted;
  let copied = 0;
  for await (const group of waiting.waitingOf(account)) {
    await mayGoOn();
    await writeGroup(group, group.form ?? form, target);
    copied += group.rows.length;
  }
  if (wanted === 'none') return copied;
  const jobs = pending().filter(({ ingest }) => ingest.account === account);
  for await (const group of groupsOfDocuments(jobs, blobs)) {
    await mayGoOn();
    await writeGroup(group, form, target);
    copied += group.rows.length;
  }
  return copied;
}

/** Of those that there are. */
async function* groupsOfDocuments(
  jobs: readonly ParseJob[],
  blobs: Pick<BlobStore, 'get'>,
): AsyncGenerator<RowGroup, void, undefined> {
  for (let start = 0; start < jobs.length; start += ROWS_AT_ONCE) {
    const rows: CatalogRow[] = [];
    await inParallel(jobs.slice(start, start + ROWS_AT_ONCE), AT_ONCE, async ({ ingest }) => {
      const row = await keptRowOf(ingest, blobs);
      if (row !== undefined) rows.push(row);
    });
    yield* groupRows(rows);
  }
}
