// One SQLite file for the ledger and the parse queue of a folder archive. Every commit is on the disk before it returns.

import { mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { describeError, MailferryError } from '../core/errors.ts';
import { bringSchemaUpToDate } from './sqlite-schema.ts';

/** Another process may hold the file for a moment; waiting beats failing. */
export const BUSY_TIMEOUT_MS = 10_000;
const RETRY_MS = 10;

/**
 * @param path of the file; it and its folder are made if absent. The caller closes the database.
 * @param busyTimeoutMs only for tests
 * @throws LEDGER_FAILED
 */
export function openSqliteDatabase(path: string, busyTimeoutMs: number = BUSY_TIMEOUT_MS): DatabaseSync {
  return guardLedger(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    try {
      switchToWriteAheadLog(database, busyTimeoutMs);
      database.exec('PRAGMA synchronous = FULL');
      inTransaction(database, () => bringSchemaUpToDate(database));
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

/**
 * SQLite does not wait here, whatever the timeout: of several programs that open a new file at the same moment all but
 * one would be told that it is busy.
 */
function switchToWriteAheadLog(database: DatabaseSync, timeoutMs: number): void {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

const SQLITE_BUSY = 5;

export function isBusy(error: unknown): boolean {
  // The low octet is the kind of error, the rest says more of it.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}

const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** The statement, made once for each database: for what is run once for each message. One caller at a time runs it. */
export function prepared(database: DatabaseSync, sql: string): StatementSync {
  let known = statements.get(database);
  if (known === undefined) statements.set(database, (known = new Map<string, StatementSync>()));
  let statement = known.get(sql);
  if (statement === undefined) known.set(sql, (statement = database.prepare(sql)));
  return statement;
}

/** All of a step or nothing of it, with no other writer in between. On the disk when it returns. */
export function inTransaction<T>(database: DatabaseSync, step: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = step();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
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
