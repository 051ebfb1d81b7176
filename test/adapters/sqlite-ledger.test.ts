// The SQLite ledger keeps the promises of the port, also after its file was closed and opened again.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import { SqliteLedger } from '../../lib/adapters/sqlite-ledger.ts';
import {
  ANN,
  ODD_UIDLS,
  runRecord,
  storedRecord,
  testLedgerContract,
  uidlOf,
} from '../contract/ledger-contract.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

testLedgerContract('sqlite', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'new', 'ledger.db');
  const database = openSqliteDatabase(path);
  return {
    ledger: new SqliteLedger(database, path),
    [Symbol.asyncDispose]: async () => {
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});

async function withLedger<T>(path: string, use: (ledger: SqliteLedger) => Promise<T>): Promise<T> {
  const database = openSqliteDatabase(path);
  try {
    return await use(new SqliteLedger(database, path));
  } finally {
    database.close();
  }
}

test('a file that is opened again holds every record', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  await withLedger(path, async (ledger) => {
    for (const uidl of ODD_UIDLS) await ledger.commit(ANN, storedRecord(uidl));
    await ledger.recordRun(runRecord('run-1'));
  });
  await withLedger(path, async (ledger) => {
    const found = await ledger.find(ANN, ODD_UIDLS);
    for (const uidl of ODD_UIDLS) assert.deepEqual(found.get(uidl), [storedRecord(uidl)]);
    assert.equal(await ledger.commit(ANN, storedRecord(uidlOf('a'))), 'exists');
  });
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const row = database.prepare('SELECT record FROM run').get();
    assert.deepEqual(JSON.parse(String(row?.['record'])), runRecord('run-1'));
  } finally {
    database.close();
  }
});

test('two programs with one file see each other’s commits', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  await withLedger(path, async (one) => {
    await withLedger(path, async (two) => {
      assert.equal(await one.commit(ANN, storedRecord(uidlOf('a'))), 'new');
      assert.equal(await two.commit(ANN, storedRecord(uidlOf('a'))), 'exists');
    });
  });
});

test('a file that is no ledger, or one of a later version, is LEDGER_FAILED', async () => {
  await using folder = await temporaryFolder();
  const garbage = join(folder.path, 'garbage.db');
  await writeFile(garbage, 'this is not a database, and long enough to be read as one'.repeat(100));
  assert.throws(() => openSqliteDatabase(garbage), { code: 'LEDGER_FAILED' });
  const later = join(folder.path, 'later.db');
  const database = new DatabaseSync(later);
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.throws(() => openSqliteDatabase(later), { code: 'LEDGER_FAILED', message: /schema version 99/ });
});

test('a ledger whose file was closed fails with LEDGER_FAILED', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const ledger = await withLedger(path, async (open) => open);
  await assert.rejects(ledger.find(ANN, [uidlOf('a')]), { code: 'LEDGER_FAILED' });
  await assert.rejects(ledger.commit(ANN, storedRecord(uidlOf('a'))), { code: 'LEDGER_FAILED' });
  await assert.rejects(ledger.recordRun(runRecord('run-1')), { code: 'LEDGER_FAILED' });
});
