// The SQLite ledger and lease keep the promises of the ports, also after the file was closed and opened again.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import { testLeaseContract } from '../contract/lease-contract.ts';
import { testLedgerContract } from '../contract/ledger-contract.ts';
import { acquired } from '../contract/ledger-under-test.ts';
import {
  accountProgress,
  ANN,
  manyUidls,
  ODD_UIDLS,
  recordsOfEveryShape,
  runRecord,
  skippedRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { openLedgerFile, temporaryLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

testLedgerContract('sqlite', temporaryLedgerFile);
testLeaseContract('sqlite', temporaryLedgerFile);

test('a file that is opened again holds everything', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const records = [...recordsOfEveryShape(), ...ODD_UIDLS.map((uidl) => storedRecord(uidl))];
  {
    using file = openLedgerFile(path);
    for (const record of records) await file.ledger.commit(ANN, record);
    const hold = await acquired(file.lease, ANN, 'host/1/run');
    await file.ledger.setDeletionsUnsettled(hold, true);
    await file.ledger.saveProgress(ANN, accountProgress(), hold);
    await file.ledger.recordRun(runRecord('run-1'));
  }
  using file = openLedgerFile(path);
  for (const record of records)
    assert.deepEqual((await file.ledger.find(ANN, [record.uidl])).get(record.uidl), [record]);
  assert.deepEqual(await file.ledger.runs(ANN, 5), [runRecord('run-1')]);
  assert.deepEqual(await file.ledger.state(ANN), {
    progress: accountProgress(),
    deletionsUnsettled: true,
    fence: 1,
    lease: { owner: 'host/1/run', expiresAt: 60_000 },
  });
});

test('two programs with one file see each other’s commits', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  using one = openLedgerFile(path);
  using two = openLedgerFile(path);
  assert.equal((await one.ledger.commit(ANN, storedRecord(uidlOf('a')))).outcome, 'new');
  assert.equal((await two.ledger.commit(ANN, storedRecord(uidlOf('a')))).outcome, 'exists');
});

test('more records than one page are listed once each, while another program writes', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  using file = openLedgerFile(path);
  using other = openLedgerFile(path);
  // A UIDL whose records fill more than a page; the empty one, not stored, comes before all others.
  const shared = manyUidls('content ', 1500).map((content) => storedRecord(uidlOf('b'), content));
  const single = [...manyUidls('a', 1000), ...manyUidls('c', 1000)].map((uidl) => storedRecord(uidl));
  const expected = [skippedRecord(uidlOf('')), ...shared, ...single];
  for (const record of expected) await file.ledger.commit(ANN, record);
  const keys: string[] = [];
  for await (const record of file.ledger.records(ANN)) {
    keys.push(keyOf(record));
    if (keys.length % 700 === 1)
      await other.ledger.commit(ANN, storedRecord(uidlOf('a'), `added ${keys.length}`));
  }
  const before = new Set(expected.map(keyOf));
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(keys.filter((key) => before.has(key)).sort(), [...before].sort());
});

test('a file that is no ledger, or one of a later version, is LEDGER_FAILED and stays as it is', async () => {
  await using folder = await temporaryFolder();
  const garbage = join(folder.path, 'garbage.db');
  await writeFile(garbage, 'this is not a database, and long enough to be read as one'.repeat(100));
  assert.throws(() => openSqliteDatabase(garbage), { code: 'LEDGER_FAILED' });
  const later = join(folder.path, 'later.db');
  {
    using file = openLedgerFile(later);
    await file.ledger.commit(ANN, storedRecord(uidlOf('a')));
    file.database.exec('PRAGMA user_version = 99');
  }
  const before = await readFile(later);
  assert.throws(() => openSqliteDatabase(later), { code: 'LEDGER_FAILED', message: /schema version 99/ });
  assert.deepEqual(await readFile(later), before);
});

test('a ledger whose file was closed fails with LEDGER_FAILED', async () => {
  await using file = await temporaryLedgerFile({});
  const { ledger, lease } = file;
  const hold = await acquired(lease, ANN, 'one');
  file.database.close();
  const record = storedRecord(uidlOf('a'));
  for (const step of [
    async () => await ledger.find(ANN, [record.uidl]),
    async () => await ledger.records(ANN).next(),
    async () => await ledger.commit(ANN, record),
    async () => await ledger.mark(ANN, [record], undefined),
    async () => await ledger.state(ANN),
    async () => await ledger.saveProgress(ANN, accountProgress(), hold),
    async () => await ledger.saveProgress(ANN, accountProgress(), undefined),
    async () => await ledger.setDeletionsUnsettled(hold, true),
    async () => await ledger.recordRun(runRecord('run-1')),
    async () => await ledger.runs(ANN, 1),
    async () => await lease.acquire(ANN, 'two', 1),
    async () => await lease.renew(hold, 1),
    async () => await lease.release(hold),
  ])
    await assert.rejects(step, { code: 'LEDGER_FAILED', scope: 'account' });
});

function keyOf(record: MessageRecord): string {
  return `${record.uidl} ${record.state === 'stored' ? record.sha256 : record.state}`;
}
