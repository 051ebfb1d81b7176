// A ledger file as the first version of the program wrote it.

import { DatabaseSync } from 'node:sqlite';
import type { SkippedRecord, StoredRecord } from '../../lib/core/record.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { fromUidl } from '../../lib/core/uidl.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE message (
    account    TEXT NOT NULL,
    uidl       BLOB NOT NULL,
    sha256     TEXT NOT NULL,
    state      TEXT NOT NULL,
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
  PRAGMA user_version = 1;
`;

export interface Version1Content {
  readonly account: string;
  /** Of a stored record, version 1 kept no more than sha256, octets, dt, firstSeen and runId. */
  readonly messages: readonly (StoredRecord | SkippedRecord)[];
  readonly runs: readonly Omit<RunRecord, 'notices' | 'deletions'>[];
  /** Raw keys of queued parse jobs. */
  readonly parseJobs: readonly string[];
}

/** Writes a new file. */
export function writeVersion1Ledger(path: string, content: Version1Content): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(SCHEMA);
    database.exec('BEGIN');
    const message = database.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    for (const record of content.messages) {
      const { state, octets, firstSeen, runId } = record;
      const [sha256, dt] = state === 'stored' ? [record.sha256, record.dt] : ['', null];
      message.run(content.account, fromUidl(record.uidl), sha256, state, octets, dt, firstSeen, runId);
    }
    const run = database.prepare('INSERT INTO run VALUES (?, ?, ?)');
    for (const record of content.runs) run.run(record.account, record.runId, JSON.stringify(record));
    const job = database.prepare('INSERT INTO parse_job VALUES (?, ?)');
    for (const rawKey of content.parseJobs) job.run(rawKey, JSON.stringify({ ingest: { rawKey } }));
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
