// A ledger file that another program has locked: short waits are waited out, long ones fail and change nothing.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { acquired } from '../contract/ledger-under-test.ts';
import { accountProgress, ANN, runRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { openLedgerFile } from '../support/sqlite-ledger-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RECORD = storedRecord(uidlOf('a'));

test('while another program writes, nothing is written and everything can be read', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  using file = openLedgerFile(path, { busyTimeoutMs: 50 });
  const { ledger, lease } = file;
  await ledger.commit(ANN, RECORD);
  const hold = await acquired(lease, ANN, 'one');
  const before = await ledger.state(ANN);
  const other = new DatabaseSync(path);
  try {
    other.exec('BEGIN IMMEDIATE');
    for (const step of [
      async () => await ledger.commit(ANN, storedRecord(uidlOf('b'))),
      async () => await ledger.mark(ANN, [RECORD], { kind: 'lost', at: 1, runId: 'run-1' }),
      async () => await ledger.saveProgress(ANN, accountProgress(), hold),
      async () => await ledger.saveProgress(ANN, accountProgress(), undefined),
      async () => await ledger.setDeletionsUnsettled(hold, true),
      async () => await ledger.recordRun(runRecord('run-1')),
      async () => await lease.acquire(ANN, 'two', 1),
      async () => await lease.renew(hold, 1),
      async () => await lease.release(hold),
    ])
      await assert.rejects(step, { code: 'LEDGER_FAILED', retryable: true, message: /locked/ });
    assert.deepEqual((await ledger.find(ANN, [RECORD.uidl])).get(RECORD.uidl), [RECORD]);
    assert.deepEqual(await ledger.state(ANN), before);
    assert.deepEqual(await ledger.runs(ANN, 1), []);
    other.exec('COMMIT');
  } finally {
    other.close();
  }
  assert.deepEqual(await ledger.state(ANN), before);
  assert.equal((await ledger.commit(ANN, storedRecord(uidlOf('b')))).outcome, 'new');
  await lease.renew(hold, 1);
});

test('a file that cannot be opened in time is LEDGER_FAILED', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  openLedgerFile(path)[Symbol.dispose]();
  const other = new DatabaseSync(path);
  try {
    other.exec('BEGIN IMMEDIATE');
    assert.throws(() => openLedgerFile(path, { busyTimeoutMs: 50 }), { code: 'LEDGER_FAILED' });
  } finally {
    other.close();
  }
});

// Another process: this one stands still while it waits for the lock.
const HOLD_FOR_A_MOMENT = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec(process.argv[2]);
  console.log('locked');
  setTimeout(() => database.exec('COMMIT'), 500);
`;

/** Does the step while another process has the file locked for half a second, and sees that it had to wait. */
async function whileLocked(path: string, lock: string, step: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['--eval', HOLD_FOR_A_MOMENT, path, lock], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    assert.match(String(await once(child.stdout, 'data')), /locked/);
    const startedAt = performance.now();
    await step();
    assert.ok(performance.now() - startedAt > 100, 'the file was not locked');
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

test('a lock that is given up soon is waited for', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  using file = openLedgerFile(path);
  await whileLocked(path, 'BEGIN IMMEDIATE', async () => {
    assert.equal((await file.ledger.commit(ANN, RECORD)).outcome, 'new');
  });
});

test('a new file that another program has just made is waited for', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  await whileLocked(path, 'CREATE TABLE other (a); BEGIN IMMEDIATE', async () => {
    using file = openLedgerFile(path);
    assert.equal((await file.ledger.commit(ANN, RECORD)).outcome, 'new');
  });
});
