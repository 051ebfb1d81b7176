// Puts the parts together for an archive on one machine: folder, SQLite, sockets, parse workers.

import { availableParallelism } from 'node:os';
import { ulid } from 'ulid';
import { openArchiveFolder } from '../adapters/archive-folder.ts';
import { FolderBlobStore } from '../adapters/folder-blob-store.ts';
import { LocalSecrets } from '../adapters/local-secrets.ts';
import { SocketDialer } from '../adapters/socket-dialer.ts';
import { openSqliteDatabase } from '../adapters/sqlite-database.ts';
import { SqliteLedger } from '../adapters/sqlite-ledger.ts';
import { SqliteParseQueue } from '../adapters/sqlite-parse-queue.ts';
import type { Config } from '../config/config.ts';
import type { ImportPorts } from '../import/import-ports.ts';
import { ParsePool } from '../parse/worker-pool.ts';
import { LocalParseQueue } from './local-parse-queue.ts';

export interface LocalArchive {
  readonly ports: ImportPorts;
  readonly parsing: LocalParseQueue;
  /** Ends the parse workers and closes the ledger. */
  close(): Promise<void>;
}

/** @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL, LEDGER_FAILED */
export async function openLocalArchive(config: Config): Promise<LocalArchive> {
  const spoolDirectory = await openArchiveFolder(config.archive);
  const database = openSqliteDatabase(config.ledger);
  const blobs = new FolderBlobStore(config.archive);
  const pool = new ParsePool({ blobs, workers: availableParallelism(), spoolDirectory });
  const parsing = new LocalParseQueue(new SqliteParseQueue(database, config.ledger), pool);
  return {
    ports: {
      dialer: new SocketDialer(),
      secrets: new LocalSecrets(process.env),
      blobs,
      ledger: new SqliteLedger(database, config.ledger),
      parseQueue: parsing,
      spoolDirectory,
      now: Date.now,
      newRunId: () => ulid(),
    },
    parsing,
    close: async () => {
      try {
        await pool.close();
      } finally {
        database.close();
      }
    },
  };
}
