// The ledger file for whoever only looks. Never changes it, and never makes one: where there is none, it is an empty one
// in memory.

import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { describeError, MailferryError } from '../core/errors.ts';
import { BUSY_TIMEOUT_MS, guardLedger, openSqliteDatabase } from './sqlite-database.ts';
import { bringSchemaUpToDate } from './sqlite-schema.ts';

/**
 * @param path of the file. The caller closes the database.
 * @throws LEDGER_FAILED
 */
export function openSqliteReadOnly(path: string): DatabaseSync {
  if (!existsSync(path)) return openSqliteDatabase(':memory:');
  const database = guardLedger(path, () => openExisting(path));
  try {
    // Of the version this program knows, there is nothing to bring up to date.
    bringSchemaUpToDate(database);
    return database;
  } catch (error) {
    database.close();
    throw otherVersion(path, error);
  }
}

function openExisting(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.prepare('PRAGMA user_version').get();
    return database;
  } catch (error) {
    database.close();
    // A reader, too, needs the file's -wal and -shm beside it, or has to make them. Where it may not, and nobody writes
    // (a writer would have a -wal there), the file is as good as unchangeable.
    if (existsSync(`${path}-wal`)) throw error;
    const unchangeable = pathToFileURL(path);
    unchangeable.searchParams.set('immutable', '1');
    return new DatabaseSync(unchangeable, { readOnly: true });
  }
}

function otherVersion(path: string, cause: unknown): MailferryError {
  return new MailferryError(`the ledger ${path} has the form of another version: ${describeError(cause)}`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'run an import, which brings the ledger of an older version up to date',
    cause,
  });
}
