// Puts the parts together for parsing an archive again, wherever it is: workers here, and of the ledger what it knows of messages.
// Nothing is written into it but what waits for the catalog.

import { availableParallelism } from 'node:os';
import type { CatalogReport } from '../../catalog/run-catalog.ts';
import type { Config } from '../../config/config.ts';
import type { AccountId } from '../../core/account.ts';
import type { IngestFacts } from '../../core/message/document.ts';
import type { BlobStore } from '../../ports/storage.ts';
import { DocumentMaker } from '../../reparse/document-maker.ts';
import type { ReparsePorts } from '../../reparse/reparse-ports.ts';
import { rowsInLedger, rowsInMemory } from '../parsing/reparsed-rows.ts';
import type { ReparsedRows } from '../parsing/reparsed-rows.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';
import { openLedger } from './open-ledger.ts';
import type { OpenLedger } from './open-ledger.ts';
import { rawOpener } from './open-raw.ts';
import { openSpool } from './open-spool.ts';

export interface OpenReparse {
  readonly ports: ReparsePorts;
  /** Messages under way at a time: while one is parsed the next is opened. */
  readonly atOnce: number;
  /** Writes what the catalog is to have; `undefined` if none is wanted. @throws LEDGER_FAILED */
  readonly finishCatalog: () => Promise<CatalogReport | undefined>;
  close(): Promise<void>;
}

/** Of S3 a worker waits as long as it works. */
const WORKERS_A_PROCESSOR = { folder: 1, s3: 2 } as const;

/**
 * @param workers messages parsed at a time; `undefined`: as the machine and the archive suggest
 * @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, SPOOL_FAILED, LEDGER_FAILED. The caller closes it.
 */
export async function openReparse(config: Config, workers: number | undefined): Promise<OpenReparse> {
  const closers = new Closers();
  try {
    const spool = await openSpool(config.archive);
    closers.add(spool.close);
    const store = await openBlobs(config);
    closers.add(store.close);
    const ledger = await openLedger(config.ledger, config.catalog === 'none' ? 'read' : 'write');
    closers.add(ledger.close);
    const rows = openRows(config, ledger, store.blobs);
    const atATime = workers ?? availableParallelism() * WORKERS_A_PROCESSOR[config.archive.kind];
    const documents = new DocumentMaker({
      blobs: store.blobs,
      workers: atATime,
      spoolDirectory: spool.directory,
      keepRow: rows && ((row, ingest) => rows.keep(row, ingest)),
    });
    closers.add(async () => {
      await documents.close();
    });
    return {
      ports: {
        blobs: store.blobs,
        openRaw: rawOpener(store),
        documents,
        ledger: ledger.ledger,
        pendingJobs: () => pendingJobs(ledger),
        isAtWork: async (account) => await isAtWork(account, ledger),
      },
      atOnce: 2 * atATime,
      finishCatalog: async () => await rows?.finish(),
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function openRows(
  { catalog }: Config,
  { parseJobs, catalogRows }: OpenLedger,
  blobs: BlobStore,
): ReparsedRows | undefined {
  if (catalog === 'none') return undefined;
  if (parseJobs === undefined || catalogRows === undefined) return rowsInMemory(catalog, blobs);
  return rowsInLedger({ parseJobs, catalogRows }, catalog, blobs);
}

/** None where no jobs are written down. */
function pendingJobs({ parseJobs }: OpenLedger): ReadonlyMap<string, IngestFacts> {
  return new Map(parseJobs?.pending().map(({ ingest }) => [ingest.rawKey, ingest] as const));
}

async function isAtWork(account: AccountId, { ledger, leaseInForce }: OpenLedger): Promise<boolean> {
  return leaseInForce(await ledger.state(account)) !== undefined;
}
