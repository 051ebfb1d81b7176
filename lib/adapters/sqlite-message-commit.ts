// What committing a record does to the rows of its UIDL. Always one row at a time: thousands may share a UIDL.

import type { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '../core/account.ts';
import type { FailedRecord, MessageRecord, SkippedRecord, StoredRecord } from '../core/record.ts';
import { fromUidl } from '../core/uidl.ts';
import type { Committed } from '../ports/ledger.ts';
import { prepared } from './sqlite-database.ts';
import { fromMessageRow, NOT_STORED, toMessageRow } from './sqlite-message-row.ts';

/** Inside a write transaction of the caller's. */
export function commitMessage(database: DatabaseSync, account: AccountId, record: MessageRecord): Committed {
  return record.state === 'stored'
    ? commitStored(database, account, record)
    : commitNotStored(database, account, record);
}

function commitStored(database: DatabaseSync, account: AccountId, record: StoredRecord): Committed {
  const uidl = fromUidl(record.uidl);
  const row = prepared(database, 'SELECT * FROM message WHERE account = ? AND uidl = ? AND sha256 = ?').get(
    account,
    uidl,
    record.sha256,
  );
  const kept = row ? storedAgain(fromMessageRow(row), record) : record;
  write(database, account, kept);
  prepared(database, 'DELETE FROM message WHERE account = ? AND uidl = ? AND sha256 = ?').run(
    account,
    uidl,
    NOT_STORED,
  );
  return { outcome: row ? 'exists' : 'new', record: kept };
}

function commitNotStored(
  database: DatabaseSync,
  account: AccountId,
  record: SkippedRecord | FailedRecord,
): Committed {
  const stored = prepared(
    database,
    'SELECT * FROM message WHERE account = ? AND uidl = ? AND sha256 > ? LIMIT 1',
  ).get(account, fromUidl(record.uidl), NOT_STORED);
  if (stored) return { outcome: 'exists', record: fromMessageRow(stored) };
  write(database, account, record);
  return { outcome: 'new', record };
}

/** The record that is there keeps when it was first seen and by which run, and the better proof of its identity. */
function storedAgain(before: MessageRecord, record: StoredRecord): StoredRecord {
  const { runId, firstSeen } = before;
  const isProven = before.state === 'stored' && before.identifiedBy === 'octets';
  const identifiedBy = isProven ? 'octets' : record.identifiedBy;
  return { ...record, runId, firstSeen, identifiedBy, mark: undefined };
}

function write(database: DatabaseSync, account: AccountId, record: MessageRecord): void {
  const row = { account, ...toMessageRow(record) };
  const columns = Object.keys(row);
  prepared(
    database,
    `INSERT OR REPLACE INTO message (${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})`,
  ).run(row);
}
