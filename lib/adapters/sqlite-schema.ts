// The tables of a ledger file, and how an older file gets them. A file is whole in the old form or in the new one.

import type { DatabaseSync } from 'node:sqlite';

const SCHEMA_VERSION = 4;

const MESSAGE_TABLE = `
  CREATE TABLE message (
    account       TEXT NOT NULL,
    uidl          BLOB NOT NULL,   -- the UIDL's octets; empty where the server gave none
    sha256        TEXT NOT NULL,   -- '' for a message that is not stored: a UIDL has one of those at most
    state         TEXT NOT NULL,   -- stored | skipped | failed | quarantined
    first_seen    INTEGER NOT NULL,
    run_id        TEXT NOT NULL,
    octets        INTEGER,         -- stored, skipped
    listed_octets INTEGER,         -- stored, as far as known
    dt            TEXT,            -- stored
    header_sha256 TEXT,            -- stored, as far as known
    identified_by TEXT,            -- stored: octets | header
    mark          TEXT,            -- stored: deleting | deleted | lost
    mark_at       INTEGER,
    mark_run_id   TEXT,
    attempts      INTEGER,         -- failed, quarantined
    failed_at     INTEGER,         -- failed, quarantined
    error         TEXT,            -- failed, quarantined: JSON
    PRIMARY KEY (account, uidl, sha256),
    CHECK ((state = 'stored') = (sha256 <> '' AND octets IS NOT NULL AND dt IS NOT NULL AND identified_by IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
`;

const RUN_TABLE = `
  CREATE TABLE run (
    account TEXT NOT NULL,
    run_id  TEXT NOT NULL,
    record  TEXT NOT NULL,      -- JSON
    PRIMARY KEY (account, run_id)
  ) STRICT, WITHOUT ROWID;
`;

const ACCOUNT_TABLE = `
  CREATE TABLE account_state (
    account             TEXT NOT NULL PRIMARY KEY,
    fence               INTEGER NOT NULL DEFAULT 0,  -- of the last lease: never given again
    owner               TEXT,                        -- of the lease; with expires_at, or neither
    expires_at          INTEGER,
    deletions_unsettled INTEGER NOT NULL DEFAULT 0,
    progress            TEXT                         -- JSON
  ) STRICT, WITHOUT ROWID;
`;

const PARSE_JOB_TABLE = `
  CREATE TABLE parse_job (
    raw_key TEXT NOT NULL PRIMARY KEY,
    job     TEXT NOT NULL       -- JSON
  ) STRICT, WITHOUT ROWID;
`;

const CATALOG_ROW_TABLE = `
  CREATE TABLE catalog_row (
    account   TEXT NOT NULL,
    ingest_dt TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    form      TEXT NOT NULL,    -- of the file that it is for: ndjson | parquet; '' of a row from version 3: any will do
    json      TEXT NOT NULL,    -- the row, which is in no file of the catalog yet
    PRIMARY KEY (account, ingest_dt, sha256, form)
  ) STRICT, WITHOUT ROWID;
`;

/** Messages were stored or skipped; runs deleted nothing. */
const FROM_VERSION_1 = `
  ALTER TABLE message RENAME TO message_of_version_1;
  ${MESSAGE_TABLE}
  INSERT INTO message (account, uidl, sha256, state, first_seen, run_id, octets, dt, identified_by)
    SELECT account, uidl, sha256, state, first_seen, run_id, octets, dt, iif(state = 'stored', 'octets', NULL)
    FROM message_of_version_1;
  DROP TABLE message_of_version_1;
  UPDATE run SET record = json_insert(record,
    '$.notices', json('[]'), '$.deletions', json('{"outcome":"none","entries":[]}'));
  ${ACCOUNT_TABLE}
`;

const FROM_VERSION_2 = CATALOG_ROW_TABLE;

const FROM_VERSION_3 = `
  ALTER TABLE catalog_row RENAME TO catalog_row_of_version_3;
  ${CATALOG_ROW_TABLE}
  INSERT INTO catalog_row (account, ingest_dt, sha256, form, json)
    SELECT account, ingest_dt, sha256, '', json FROM catalog_row_of_version_3;
  DROP TABLE catalog_row_of_version_3;
`;

/** Inside a write transaction of the caller's. @throws if the file is of a version that this program does not know */
export function bringSchemaUpToDate(database: DatabaseSync): void {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version === SCHEMA_VERSION) return;
  if (version === 0) {
    database.exec(MESSAGE_TABLE + RUN_TABLE + PARSE_JOB_TABLE + ACCOUNT_TABLE + CATALOG_ROW_TABLE);
  } else if (version === 1) database.exec(FROM_VERSION_1 + FROM_VERSION_2);
  else if (version === 2) database.exec(FROM_VERSION_2);
  else if (version === 3) database.exec(FROM_VERSION_3);
  else {
    throw new Error(
      `the file has schema version ${String(version)}; this program knows up to ${SCHEMA_VERSION}`,
    );
  }
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}
