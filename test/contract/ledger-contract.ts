// What every Ledger promises, whatever it is made of. Never looks behind the port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import type { ArchiveDate, RunRecord, SkippedRecord, StoredRecord } from '../../lib/core/record.ts';
import { toUidl } from '../../lib/core/uidl.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { Ledger } from '../../lib/ports.ts';
import { sha256Of } from '../support/memory-blob-store.ts';

/** An empty ledger of its own for one test. */
export interface OpenedLedger extends AsyncDisposable {
  readonly ledger: Ledger;
}

export const ANN = 'ann' as AccountId;
const BOB = 'bob' as AccountId;

/** UIDLs that servers send, or could. */
export const ODD_UIDLS: readonly Uidl[] = [
  '',
  '\0',
  'a\0b',
  'a\0c',
  'a',
  'A',
  '\xff\xfe\x80',
  'ü',
  ' a',
  "'; --",
  'x'.repeat(300),
].map(uidlOf);

export function uidlOf(text: string): Uidl {
  return toUidl(Buffer.from(text, 'latin1'));
}

export function storedRecord(uidl: Uidl, content = 'content', runId = 'run-1'): StoredRecord {
  return {
    state: 'stored',
    uidl,
    sha256: sha256Of(Buffer.from(content)),
    octets: content.length,
    dt: '2025-01-02' as ArchiveDate,
    firstSeen: 1_735_776_000_123,
    runId,
  };
}

function skippedRecord(uidl: Uidl, octets: number): SkippedRecord {
  return { state: 'skipped', uidl, octets, firstSeen: 1_735_776_000_123, runId: 'run-1' };
}

export function runRecord(runId: string): RunRecord {
  const counts = { known: 0, stored: 1, duplicate: 0, skipped: 0, quarantined: 0, failed: 0, deferred: 0 };
  return {
    account: ANN,
    runId,
    startedAt: 1,
    endedAt: 2,
    counts: { listed: 1, ...counts },
    octets: 7,
    outcome: 'complete',
    errors: [],
  };
}

type Check = (promise: string, body: (ledger: Ledger) => Promise<void>) => void;

/** @param name of the adapter, for the titles of the tests */
export function testLedgerContract(name: string, open: () => Promise<OpenedLedger>): void {
  const check: Check = (promise, body) => {
    test(`${name}: ${promise}`, async () => {
      await using opened = await open();
      await body(opened.ledger);
    });
  };
  testStored(check);
  testSkipped(check);
  check('runs are recorded, and recording one again is no error', async (ledger) => {
    await ledger.recordRun(runRecord('run-1'));
    await ledger.recordRun(runRecord('run-2'));
    await ledger.recordRun(runRecord('run-1'));
  });
}

function testStored(check: Check): void {
  check('what was never committed has no entry', async (ledger) => {
    await ledger.commit(ANN, storedRecord(uidlOf('seen')));
    assert.equal((await ledger.find(ANN, [])).size, 0);
    assert.deepEqual([...(await ledger.find(ANN, ['seen', 'unseen'].map(uidlOf))).keys()], ['seen']);
  });

  check('a record is found as it was committed', async (ledger) => {
    const record = storedRecord(uidlOf('a'));
    assert.equal(await ledger.commit(ANN, record), 'new');
    assert.deepEqual((await ledger.find(ANN, [record.uidl])).get(record.uidl), [record]);
  });

  check('any octets make a UIDL, and each is its own', async (ledger) => {
    for (const [index, uidl] of ODD_UIDLS.entries())
      assert.equal(await ledger.commit(ANN, storedRecord(uidl, `content ${index}`)), 'new');
    const found = await ledger.find(ANN, ODD_UIDLS);
    assert.equal(found.size, ODD_UIDLS.length);
    for (const [index, uidl] of ODD_UIDLS.entries())
      assert.deepEqual(found.get(uidl), [storedRecord(uidl, `content ${index}`)]);
  });

  check('the same message again exists, and the first record is kept', async (ledger) => {
    const record = storedRecord(uidlOf('a'));
    await ledger.commit(ANN, record);
    assert.equal(await ledger.commit(ANN, { ...record, runId: 'run-2', firstSeen: 5 }), 'exists');
    assert.deepEqual((await ledger.find(ANN, [record.uidl])).get(record.uidl), [record]);
  });

  check('messages with one UIDL and other octets are several records', async (ledger) => {
    const uidl = uidlOf('shared');
    assert.equal(await ledger.commit(ANN, storedRecord(uidl, 'one')), 'new');
    assert.equal(await ledger.commit(ANN, storedRecord(uidl, 'two')), 'new');
    const records = (await ledger.find(ANN, [uidl, uidl])).get(uidl) ?? [];
    const digests = records.map((record) => (record.state === 'stored' ? record.sha256 : ''));
    assert.deepEqual(
      digests.sort(),
      ['one', 'two'].map((content) => storedRecord(uidl, content).sha256).sort(),
    );
  });

  check('accounts do not see each other', async (ledger) => {
    const record = storedRecord(uidlOf('a'));
    await ledger.commit(ANN, record);
    assert.equal((await ledger.find(BOB, [record.uidl])).size, 0);
    assert.equal(await ledger.commit(BOB, record), 'new');
  });
}

function testSkipped(check: Check): void {
  const uidl = uidlOf('large');

  check('a skipped message is found as it was committed, and once', async (ledger) => {
    assert.equal(await ledger.commit(ANN, skippedRecord(uidl, 1000)), 'new');
    await ledger.commit(ANN, skippedRecord(uidl, 1000));
    assert.deepEqual((await ledger.find(ANN, [uidl])).get(uidl), [skippedRecord(uidl, 1000)]);
  });

  check('stored replaces skipped, of the same UIDL only', async (ledger) => {
    const other = skippedRecord(uidlOf('other'), 2000);
    await ledger.commit(ANN, skippedRecord(uidl, 1000));
    await ledger.commit(ANN, other);
    await ledger.commit(BOB, skippedRecord(uidl, 1000));
    assert.equal(await ledger.commit(ANN, storedRecord(uidl)), 'new');
    const found = await ledger.find(ANN, [uidl, other.uidl]);
    assert.deepEqual(found.get(uidl), [storedRecord(uidl)]);
    assert.deepEqual(found.get(other.uidl), [other]);
    assert.deepEqual((await ledger.find(BOB, [uidl])).get(uidl), [skippedRecord(uidl, 1000)]);
  });
}
