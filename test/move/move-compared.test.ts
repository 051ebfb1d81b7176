// What the comparison at the end of a move finds that the copying could not: objects, records and a source that change under
// it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageRecord, RecordMark, StoredRecord } from '../../lib/core/record.ts';
import { ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { scene } from './scene.ts';
import { keyOf, kindsOf, move, NOW } from './two-places.ts';

const LOST: RecordMark = { kind: 'lost', at: NOW - 9, runId: 'run-lost' };

test('an object that vanishes from the target before the comparison is named, and so is its record', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('here and gone');
  const recordRun = target.ledger.recordRun.bind(target.ledger);
  target.ledger.recordRun = async (run) => {
    target.blobs.take(keyOf(record));
    await recordRun(run);
  };
  const report = await move(ports);
  assert.deepEqual(kindsOf(report), ['object-vanished', 'record-different']);
});

test('an object that changes in the target before the comparison is named', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('here and changed');
  const recordRun = target.ledger.recordRun.bind(target.ledger);
  target.ledger.recordRun = async (run) => {
    target.blobs.plant(keyOf(record), Buffer.from('Here and changed'));
    await recordRun(run);
  };
  assert.deepEqual(kindsOf(await move(ports)), ['object-in-the-way', 'record-different']);
});

test('a record that the target keeps otherwise than it was given is named, field by field', async () => {
  const changes: Partial<StoredRecord>[] = [
    { listedOctets: 1 },
    { octets: 1 },
    { firstSeen: 1 },
    { runId: 'another' },
    { headerSha256: undefined },
    { identifiedBy: 'header' },
    { mark: LOST },
  ];
  for (const change of changes) {
    const { source, target, ports } = await scene();
    const record = await source.store('kept otherwise');
    const records = target.ledger.records.bind(target.ledger);
    const find = target.ledger.find.bind(target.ledger);
    const spoil = (found: MessageRecord): MessageRecord =>
      found.uidl === record.uidl && found.state === 'stored' ? { ...found, ...change } : found;
    let isCompared = false;
    target.ledger.recordRun = async () => void (isCompared = true);
    target.ledger.runs = async (account, limit) =>
      isCompared ? await source.ledger.runs(account, limit) : [];
    target.ledger.records = async function* (account) {
      for await (const found of records(account)) yield spoil(found);
    };
    target.ledger.find = async (account, uidls) => {
      const found = await find(account, uidls);
      return isCompared ? new Map([...found].map(([uidl, all]) => [uidl, all.map(spoil)])) : found;
    };
    const report = await move(ports);
    assert.deepEqual(kindsOf(report), ['record-different'], JSON.stringify(change));
    assert.deepEqual(report.problems[0]?.record, record);
    assert.equal(report.records.different, 1);
  }
});

test('a record of the target’s own that is gone before the comparison is named', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('kept');
  await target.store('kept', { firstSeen: 5 });
  const find = target.ledger.find.bind(target.ledger);
  const recordRun = target.ledger.recordRun.bind(target.ledger);
  let isCompared = false;
  target.ledger.recordRun = async (run) => {
    isCompared = true;
    await recordRun(run);
  };
  target.ledger.find = async (account, uidls) =>
    isCompared
      ? new Map([...(await find(account, uidls))].filter(([uidl]) => uidl !== record.uidl))
      : await find(account, uidls);
  assert.deepEqual(kindsOf(await move(ports)), ['record-different']);
});

test('a source that changes under the move is told: the counts do not balance', async () => {
  for (const what of ['list', 'records'] as const) {
    const { source, target, ports } = await scene();
    const recordRun = target.ledger.recordRun.bind(target.ledger);
    target.ledger.recordRun = async (run) => {
      await recordRun(run);
      const late = storedRecord(uidlOf('late'), 'late');
      if (what === 'records') await source.ledger.commit(ANN, late);
      else source.blobs.plant(keyOf(late), Buffer.from('late'));
    };
    await assert.rejects(move(ports), { code: 'RUN_UNBALANCED' });
    assert.equal((await source.ledger.state(ANN)).lease, undefined);
    assert.equal((await target.ledger.state(ANN)).progress, undefined, 'it does not pass for moved');
  }
});
