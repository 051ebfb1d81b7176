// A ledger file of version 1 becomes one of today with nothing lost, or stays as it is.

import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { SqliteCatalogRows } from '../../lib/adapters/sqlite-catalog-rows.ts';
import { SqliteParseQueue } from '../../lib/adapters/sqlite-parse-queue.ts';
import { NEW_ACCOUNT_STATE } from '../../lib/core/account-state.ts';
import { placeOf } from '../../lib/core/catalog/catalog-key.ts';
import {
  ANN,
  manyUidls,
  ODD_UIDLS,
  runRecord,
  skippedRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { rowOf } from '../core/catalog/row-of.ts';
import { openLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeVersion1Ledger } from '../support/version-1-ledger.ts';

const UNKNOWN = { listedOctets: undefined, headerSha256: undefined };
const STORED = [
  ...ODD_UIDLS.map((uidl, index) => storedRecord(uidl, `odd ${index}`, UNKNOWN)),
  ...manyUidls('many-', 500).map((uidl) => storedRecord(uidl, 'content', UNKNOWN)),
  ...['one', 'two', 'three'].map((content) => storedRecord(uidlOf('shared'), content, UNKNOWN)),
  storedRecord(uidlOf('huge'), 'huge', { ...UNKNOWN, octets: 5_000_000_000 }),
];
const MESSAGES = [...STORED, skippedRecord(uidlOf('large')), skippedRecord(uidlOf('\0'.repeat(70)))];
const [EMPTY_RUN, RUN] = [
  runRecord('run-1', { notices: [], errors: [] }),
  runRecord('run-2', { notices: [], errors: [{ code: 'INTERNAL', message: '“odd”\0 \ud83e\udd80' }] }),
];
const PARSE_JOBS = ['raw/account=ann/dt=2025-01-02/a.eml', 'raw/account=ann/dt=2025-01-02/b.eml'];

function writeOldLedger(path: string): void {
  const runs = [EMPTY_RUN, RUN].map(({ notices: _none, deletions: _neither, ...run }) => run);
  writeVersion1Ledger(path, { account: ANN, messages: MESSAGES, runs, parseJobs: PARSE_JOBS });
}

test('a file of version 1 is migrated with every message, run and parse job', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  writeOldLedger(path);
  // The second time there is nothing to migrate any more.
  for (let openings = 0; openings < 2; openings += 1) {
    using file = openLedgerFile(path);
    const records = [];
    for await (const record of file.ledger.records(ANN)) records.push(record);
    assert.equal(records.length, MESSAGES.length);
    const found = await file.ledger.find(
      ANN,
      MESSAGES.map(({ uidl }) => uidl),
    );
    for (const record of MESSAGES) {
      const same = found.get(record.uidl)?.find((other) => isSameMessage(other, record));
      assert.deepEqual(same, record);
    }
    assert.deepEqual(await file.ledger.runs(ANN, 10), [RUN, EMPTY_RUN]);
    assert.deepEqual(await file.ledger.state(ANN), NEW_ACCOUNT_STATE);
    const jobs = new SqliteParseQueue(file.database, path).pending();
    assert.deepEqual(jobs.map(({ ingest }) => ingest.rawKey).sort(), PARSE_JOBS);
  }
});

test('a file of version 2 gets a table for the rows of the catalog, and loses nothing', async () => {
  await using folder = await temporaryFolder();
  const [path, newPath] = [join(folder.path, 'ledger.db'), join(folder.path, 'new.db')];
  writeOldLedger(path);
  openLedgerFile(path)[Symbol.dispose]();
  // The only difference.
  withRawDatabase(path, (database) => database.exec('DROP TABLE catalog_row; PRAGMA user_version = 2'));
  using file = openLedgerFile(path);
  using fresh = openLedgerFile(newPath);
  const [one, other] = [file, fresh].map(({ database }) => ({
    tables: database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
    version: database.prepare('PRAGMA user_version').get(),
  }));
  assert.deepEqual(one, other);
  assert.equal(file.database.prepare('SELECT count(*) AS n FROM message').get()?.['n'], MESSAGES.length);
  assert.equal(new SqliteParseQueue(file.database, path).pending().length, PARSE_JOBS.length);
});

test('rows of the catalog that wait in a file of version 3 wait on, for a file of any form', async () => {
  await using folder = await temporaryFolder();
  const [path, newPath] = [join(folder.path, 'ledger.db'), join(folder.path, 'new.db')];
  openLedgerFile(path)[Symbol.dispose]();
  const row = rowOf('a');
  const { account, ingestDt } = placeOf(row);
  withRawDatabase(path, (database) => {
    database.exec(`
      DROP TABLE catalog_row;
      CREATE TABLE catalog_row (
        account   TEXT NOT NULL,
        ingest_dt TEXT NOT NULL,
        sha256    TEXT NOT NULL,
        json      TEXT NOT NULL,
        PRIMARY KEY (account, ingest_dt, sha256)
      ) STRICT, WITHOUT ROWID;
      PRAGMA user_version = 3`);
    const insert = database.prepare('INSERT INTO catalog_row VALUES (?, ?, ?, ?)');
    insert.run(account, ingestDt, row.sha256, JSON.stringify(row));
  });
  using file = openLedgerFile(path);
  using fresh = openLedgerFile(newPath);
  const [tables, expected] = [file, fresh].map(({ database }) =>
    database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
  );
  assert.deepEqual(tables, expected);
  const rows = new SqliteCatalogRows(file.database, path);
  const group = (await rows.next(10)) ?? assert.fail('none waits');
  assert.deepEqual(group, { account, ingestDt, form: undefined, rows: [row] });
  await rows.remove(group);
  assert.equal(await rows.next(10), undefined);
});

test('a migrated file takes the records of today', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  writeOldLedger(path);
  using file = openLedgerFile(path);
  for (const record of STORED) {
    const { outcome } = await file.ledger.commit(ANN, { ...record, listedOctets: 99, runId: 'run-3' });
    assert.equal(outcome, 'exists');
  }
  const mark = { kind: 'deleted', at: 5, runId: 'run-3' } as const;
  await file.ledger.mark(ANN, STORED, mark);
  const [first = assert.fail()] = STORED;
  const expected = { ...first, listedOctets: 99, mark };
  assert.deepEqual((await file.ledger.find(ANN, [first.uidl])).get(first.uidl), [expected]);
});

test('a migrated file and a new one have the same tables', async () => {
  await using folder = await temporaryFolder();
  const [oldPath, newPath] = [join(folder.path, 'old.db'), join(folder.path, 'new.db')];
  writeOldLedger(oldPath);
  using migrated = openLedgerFile(oldPath);
  using fresh = openLedgerFile(newPath);
  const [one, other] = [migrated, fresh].map(({ database }) => ({
    tables: database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
    version: database.prepare('PRAGMA user_version').get(),
  }));
  assert.deepEqual(one, other);
});

test('a migration that fails leaves the file of version 1 as it was', async () => {
  await using folder = await temporaryFolder();
  const [path, copy] = [join(folder.path, 'ledger.db'), join(folder.path, 'copy.db')];
  writeOldLedger(path);
  const damage = `INSERT INTO run VALUES ('ann', 'run-3', 'no JSON')`;
  withRawDatabase(path, (database) => database.exec(damage));
  await copyFile(path, copy);
  assert.throws(() => openLedgerFile(path), { code: 'LEDGER_FAILED' });
  const [after, before] = [path, copy].map((file) =>
    withRawDatabase(file, (database) => ({
      version: database.prepare('PRAGMA user_version').get(),
      tables: database.prepare('SELECT * FROM sqlite_schema ORDER BY name').all(),
      messages: database.prepare('SELECT * FROM message').all(),
      runs: database.prepare('SELECT * FROM run').all(),
    })),
  );
  assert.deepEqual(after, before);
  assert.equal(after?.messages.length, MESSAGES.length);
});

test('a program of version 1 that still has the file open can write no message into it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  writeOldLedger(path);
  withRawDatabase(path, (old) => {
    using file = openLedgerFile(path);
    assert.ok(file.database.isOpen);
    assert.throws(() =>
      old.exec(`INSERT INTO message (account, uidl, sha256, state, octets, dt, first_seen, run_id)
        VALUES ('ann', x'00', 'abc', 'stored', 1, '2025-01-02', 1, 'run-9') ON CONFLICT DO NOTHING`),
    );
  });
});

function withRawDatabase<T>(path: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function isSameMessage(a: { state: string }, b: { state: string }): boolean {
  const digest = (record: object): unknown => ('sha256' in record ? record.sha256 : '');
  return digest(a) === digest(b);
}
