// The catalog's rows of messages that are parsed again: in the ledger's file until they are written, like those of an import, where
// the ledger is a file; else in memory.

import type { SqliteParseQueue } from '../../adapters/sqlite-parse-queue.ts';
import { MemoryRows } from '../../catalog/memory-rows.ts';
import { RunCatalog } from '../../catalog/run-catalog.ts';
import type { CatalogReport } from '../../catalog/run-catalog.ts';
import type { CatalogForm } from '../../core/catalog/catalog-key.ts';
import type { CatalogRow } from '../../core/catalog/catalog-row.ts';
import type { IngestFacts } from '../../core/message/document.ts';
import type { WaitingRows } from '../../ports/catalog.ts';
import type { BlobStore } from '../../ports/storage.ts';

export interface ReparsedRows {
  /** Of a document that is stored. What a kill leaves of the last ones is not in the catalog. @throws LEDGER_FAILED */
  keep(row: CatalogRow, ingest: IngestFacts): void;
  /** Writes the rest into files. @throws LEDGER_FAILED */
  finish(): Promise<CatalogReport>;
}

export interface LedgerRows {
  readonly parseJobs: SqliteParseQueue;
  readonly catalogRows: WaitingRows;
}

/** Rows kept by one commit. */
const KEPT_AT_ONCE = 32;

/** A job that waited for the message, left by a crash perhaps, is done with its row. */
export function rowsInLedger(
  { parseJobs, catalogRows }: LedgerRows,
  form: CatalogForm,
  blobs: Pick<BlobStore, 'put'>,
): ReparsedRows {
  const run = new RunCatalog({ waiting: catalogRows, blobs, form });
  let done: Parameters<SqliteParseQueue['done']>[0][number][] = [];
  const keepAll = (): void => {
    if (done.length === 0) return;
    parseJobs.done(done, form);
    run.added(done.length);
    // Only now: what could not be kept is tried again with the next.
    done = [];
  };
  return {
    keep: (row, ingest) => {
      done.push({ job: { ingest }, row });
      if (done.length >= KEPT_AT_ONCE) keepAll();
    },
    finish: async () => {
      keepAll();
      return await run.finish();
    },
  };
}

export function rowsInMemory(form: CatalogForm, blobs: Pick<BlobStore, 'put'>): ReparsedRows {
  const waiting = new MemoryRows();
  const run = new RunCatalog({ waiting, blobs, form });
  return {
    keep: (row) => {
      waiting.add(row);
      run.added(1);
    },
    finish: async () => await run.finish(),
  };
}
