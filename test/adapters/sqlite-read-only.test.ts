// Whoever only looks at a ledger file sees what is in it, and leaves it as it is.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SqliteLedger } from '../../lib/adapters/sqlite-ledger.ts';
import { openSqliteReadOnly } from '../../lib/adapters/sqlite-read-only.ts';
import { ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { openLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeVersion1Ledger } from '../support/version-1-ledger.ts';

const RULES = { now: () => 0, isDeadOwner: () => false };

test('where there is no file there is an empty ledger, and still no file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mail', 'ledger.db');
  const database = openSqliteReadOnly(path);
  try {
    const ledger = new SqliteLedger(database, path, RULES);
    assert.equal((await ledger.find(ANN, [uidlOf('a')])).size, 0);
    assert.equal((await ledger.state(ANN)).progress, undefined);
  } finally {
    database.close();
  }
  assert.equal(existsSync(join(folder.path, 'mail')), false);
});

test('what others write meanwhile is seen, and nothing can be written', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  using file = openLedgerFile(path);
  await file.ledger.commit(ANN, storedRecord(uidlOf('before')));
  const database = openSqliteReadOnly(path);
  try {
    const ledger = new SqliteLedger(database, path, RULES);
    await file.ledger.commit(ANN, storedRecord(uidlOf('after')));
    assert.equal((await ledger.find(ANN, [uidlOf('before'), uidlOf('after')])).size, 2);
    await assert.rejects(ledger.commit(ANN, storedRecord(uidlOf('no'))), { code: 'LEDGER_FAILED' });
  } finally {
    database.close();
  }
  assert.equal((await file.ledger.find(ANN, [uidlOf('no')])).size, 0);
});

test('a file of another version is left as it is, with word of what brings it up to date', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  writeVersion1Ledger(path, { account: ANN, messages: [], runs: [], parseJobs: [] });
  const before = await readFile(path);
  assert.throws(() => openSqliteReadOnly(path), {
    code: 'LEDGER_FAILED',
    message: /has the form of another version/,
    hint: /run an import/,
  });
  assert.deepEqual(await readFile(path), before);
});

test('a file that is no database is LEDGER_FAILED', async () => {
  await using folder = await temporaryFolder();
  assert.throws(() => openSqliteReadOnly(folder.path), { code: 'LEDGER_FAILED' });
});
