// One SQLite file for the ledger and the parse queue of a folder archive. Every commit is on the disk before it returns.

import { mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, MailferryError } from '../core/errors.ts';

const SCHEMA_VERSION = 1;

/** Another process may hold the file for a moment; waiting beats failing. */
const BUSY_TIMEOUT_MS = 10_000;

const SCHEMA = `
  CREATE TABLE message (
    account    TEXT NOT NULL,
    uidl       BLOB NOT NULL,   -- the UIDL's octets; empty where the server gave none
    sha256     TEXT NOT NULL,   -- '' for a message that was skipped
    state      TEXT NOT NULL,   -- stored | skipped
    octets     INTEGER NOT NULL,
    dt         TEXT,
    first_seen INTEGER NOT NULL,
    run_id     TEXT NOT NULL,
    PRIMARY KEY (account, uidl, sha256)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run (
    account TEXT NOT NULL,
    run_id  TEXT NOT NULL,
    record  TEXT NOT NULL,      -- JSON
    PRIMARY KEY (account, run_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parse_job (
    raw_key TEXT NOT NULL PRIMARY KEY,
    job     TEXT NOT NULL       -- JSON
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * @param path of the file; it and its folder are made if absent. The caller closes the database.
 * @throws LEDGER_FAILED
 */
export function openSqliteDatabase(path: string): DatabaseSync {
  return guardLedger(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      prepareDatabase(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

function prepareDatabase(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec('BEGIN IMMEDIATE');
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version === 0) database.exec(SCHEMA);
  database.exec('COMMIT');
  if (version !== 0 && version !== SCHEMA_VERSION) {
    throw new Error(`the file has schema version ${String(version)}; this program knows ${SCHEMA_VERSION}`);
  }
}

/** Runs one step on the database; whatever fails is LEDGER_FAILED. */
export function guardLedger<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new MailferryError(`the ledger ${path} failed: ${describeError(error)}${describeFullDisk(path)}`, {
      code: 'LEDGER_FAILED',
      scope: 'account',
      retryable: true,
      hint: 'check that the file may be written, that its disk has room, and that no other program holds it',
      cause: error,
    });
  }
}

/** SQLite calls a full disk an "I/O error" at times: its shared-memory file needs 32 KiB before anything is written. */
const FULL_BELOW_OCTETS = 64 * 1024;

function describeFullDisk(path: string): string {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    const freeOctets = bavail * bsize;
    return freeOctets < FULL_BELOW_OCTETS ? ` (no space left on its disk: ${freeOctets} octets free)` : '';
  } catch {
    return '';
  }
}
