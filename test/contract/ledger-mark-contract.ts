// What every Ledger promises of marking stored records.

import assert from 'node:assert/strict';
import type { RecordMark } from '../../lib/core/record.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { commitAll, recordsOf } from './ledger-read-contract.ts';
import {
  ANN,
  BOB,
  failedRecord,
  manyUidls,
  ODD_UIDLS,
  skippedRecord,
  storedRecord,
  uidlOf,
} from './sample-records.ts';

const DELETING: RecordMark = { kind: 'deleting', at: 1_735_776_000_321, runId: 'run-7' };
const DELETED: RecordMark = { kind: 'deleted', at: 1_735_776_000_654, runId: 'run-8' };

export function testMarks(check: LedgerCheck): void {
  testMarking(check);
  testPassingOver(check);
}

function testMarking(check: LedgerCheck): void {
  check('a mark is set, changed and cleared, and nothing else of the record changes', async ({ ledger }) => {
    const record = storedRecord(uidlOf('a'), 'content', { identifiedBy: 'header', listedOctets: undefined });
    await ledger.commit(ANN, record);
    for (const mark of [DELETING, DELETING, DELETED, undefined, undefined, DELETING]) {
      await ledger.mark(ANN, [record], mark);
      assert.deepEqual(await recordsOf(ledger, ANN, record.uidl), [{ ...record, mark }]);
    }
  });

  check('any UIDL can be marked', async ({ ledger }) => {
    const records = ODD_UIDLS.map((uidl) => storedRecord(uidl));
    for (const record of records) await ledger.commit(ANN, record);
    await ledger.mark(ANN, records, DELETED);
    const found = await ledger.find(ANN, ODD_UIDLS);
    for (const record of records) assert.deepEqual(found.get(record.uidl), [{ ...record, mark: DELETED }]);
  });

  check('many records are marked at once, one of them named twice', async ({ ledger }) => {
    const [uidls, others] = [manyUidls('marked-', 250), manyUidls('other-', 5)];
    await commitAll(ledger, ANN, [...uidls, ...others]);
    const refs = uidls.map((uidl) => storedRecord(uidl));
    await ledger.mark(ANN, [...refs, ...refs.slice(0, 1)], DELETING);
    const found = await ledger.find(ANN, [...uidls, ...others]);
    for (const uidl of uidls)
      assert.deepEqual(found.get(uidl), [storedRecord(uidl, 'content', { mark: DELETING })]);
    for (const uidl of others) assert.deepEqual(found.get(uidl), [storedRecord(uidl)]);
  });
}

function testPassingOver(check: LedgerCheck): void {
  check('of records with one UIDL only the one with these octets is marked', async ({ ledger }) => {
    const [one, two] = [storedRecord(uidlOf('a'), 'one'), storedRecord(uidlOf('a'), 'two')];
    for (const record of [one, two]) await ledger.commit(ANN, record);
    await ledger.mark(ANN, [two], DELETING);
    const records = await recordsOf(ledger, ANN, one.uidl);
    assert.equal(records.length, 2);
    for (const expected of [one, { ...two, mark: DELETING }])
      assert.deepEqual(
        records.find((record) => record.state === 'stored' && record.sha256 === expected.sha256),
        expected,
      );
  });

  check('marking what the ledger has not makes nothing, and the others are marked', async ({ ledger }) => {
    const known = storedRecord(uidlOf('known'));
    const unknown = storedRecord(uidlOf('unknown'));
    const skipped = skippedRecord(uidlOf('skipped'));
    const failed = failedRecord(uidlOf('failed'));
    for (const record of [known, skipped, failed]) await ledger.commit(ANN, record);
    const refs = [
      unknown,
      storedRecord(known.uidl, 'other octets'),
      storedRecord(skipped.uidl),
      storedRecord(failed.uidl),
      known,
    ];
    await ledger.mark(ANN, refs, DELETED);
    const found = await ledger.find(
      ANN,
      [known, unknown, skipped, failed].map(({ uidl }) => uidl),
    );
    assert.deepEqual(found.get(known.uidl), [{ ...known, mark: DELETED }]);
    assert.equal(found.get(unknown.uidl), undefined);
    assert.deepEqual(found.get(skipped.uidl), [skipped]);
    assert.deepEqual(found.get(failed.uidl), [failed]);
  });

  check('marking nothing, or for another account, changes nothing', async ({ ledger }) => {
    const record = storedRecord(uidlOf('a'));
    await ledger.commit(ANN, record);
    await ledger.mark(ANN, [], DELETED);
    await ledger.mark(BOB, [record], DELETED);
    assert.deepEqual(await recordsOf(ledger, ANN, record.uidl), [record]);
    assert.equal((await ledger.find(BOB, [record.uidl])).size, 0);
  });
}
