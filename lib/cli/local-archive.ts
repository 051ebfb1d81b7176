// Puts the parts together for an archive on one machine: folder, SQLite, sockets, parse workers.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { openArchiveFolder, TEMP_FOLDER } from '../adapters/archive-folder.ts';
import { FolderBlobStore } from '../adapters/folder-blob-store.ts';
import { localOwnerName } from '../adapters/local-owner.ts';
import { LocalSecrets } from '../adapters/local-secrets.ts';
import { SocketDialer } from '../adapters/socket-dialer.ts';
import type { Config } from '../config/config.ts';
import type { ImportPorts } from '../import/import-ports.ts';
import { ParsePool } from '../parse/worker-pool.ts';
import { openLocalLedger } from './local-ledger.ts';
import type { LocalLedger } from './local-ledger.ts';
import { LocalParseQueue } from './local-parse-queue.ts';

export interface LocalArchive {
  readonly ports: ImportPorts;
  /** `undefined` in an archive that is only looked at. */
  readonly parsing: LocalParseQueue | undefined;
  /** Ends the parse workers and closes the ledger. */
  close(): Promise<void>;
}

/** @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, LEDGER_FAILED */
export async function openLocalArchive(config: Config): Promise<LocalArchive> {
  const spoolDirectory = await openArchiveFolder(config.archive);
  const ledger = openLocalLedger(config.ledger, 'write');
  const blobs = new FolderBlobStore(config.archive);
  const pool = new ParsePool({ blobs, workers: availableParallelism(), spoolDirectory });
  const parsing = new LocalParseQueue(ledger.parseJobs, pool);
  return {
    ports: toPorts(config, blobs, ledger, parsing),
    parsing,
    close: async () => {
      try {
        await pool.close();
      } finally {
        ledger.close();
      }
    },
  };
}

/** The same for a dry run: nothing of it is made, nothing in it changes. @throws LEDGER_FAILED */
export function openArchiveForDryRun(config: Config): LocalArchive {
  const ledger = openLocalLedger(config.ledger, 'read');
  return {
    ports: toPorts(config, new FolderBlobStore(config.archive), ledger, { enqueue: refuseToParse }),
    parsing: undefined,
    close: async () => {
      ledger.close();
    },
  };
}

function toPorts(
  config: Config,
  blobs: FolderBlobStore,
  { ledger, lease }: LocalLedger,
  parseQueue: ImportPorts['parseQueue'],
): ImportPorts {
  return {
    dialer: new SocketDialer(),
    secrets: new LocalSecrets(process.env),
    blobs,
    ledger,
    lease,
    parseQueue,
    spoolDirectory: join(config.archive, TEMP_FOLDER),
    ownerName: localOwnerName(),
    now: Date.now,
    newRunId: () => ulid(),
  };
}

async function refuseToParse(): Promise<void> {
  throw new Error('a dry run stores nothing, so it has nothing to parse');
}
