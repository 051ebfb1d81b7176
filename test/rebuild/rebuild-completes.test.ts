// A ledger is completed and never weakened; what cannot be recorded is named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawKey } from '../../lib/core/keys.ts';
import type { RecordMark, StoredRecord } from '../../lib/core/record.ts';
import { isGood } from '../../lib/rebuild/rebuild-report.ts';
import { ANN, failedRecord, skippedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { letter } from '../import/runs-under-test.ts';
import { documentKeyOf, importedAndLost, keyOf, LostLedger, told } from './lost-ledger.ts';

test('records that are there stay exactly as they are, and their objects are not read again', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  const [first, second, third] = before as StoredRecord[];
  assert.ok(first && second && third);
  const marks: RecordMark[] = (['deleted', 'deleting', 'lost'] as const).map((kind) => ({
    kind,
    at: 5,
    runId: 'run-5',
  }));
  for (const record of before) lost.blobs.plant(documentKeyOf(record), Buffer.from('{}'));
  for (const [n, record] of [first, second, third].entries()) {
    await lost.ledger.commit(ANN, {
      ...record,
      firstSeen: 1,
      listedOctets: undefined,
      identifiedBy: 'header',
    });
    await lost.ledger.mark(ANN, [record], marks[n]);
  }
  const present = await lost.records();
  const { counts } = await lost.rebuild();
  assert.deepEqual([counts.recorded, counts.known, counts.left], [2, 3, 0]);
  assert.equal(
    counts.octets,
    before.slice(3).reduce((sum, record) => sum + (record as StoredRecord).octets, 0),
  );
  assert.deepEqual((await lost.records()).slice(0, 3), present);
  const again = await lost.rebuild();
  assert.deepEqual([again.counts.recorded, again.counts.known, again.counts.octets], [0, 5, 0]);
});

test('records without UIDL stay exactly as they are too', async () => {
  const lost = await LostLedger.start([letter('one', 'one'), letter('two', 'two')], {
    faults: { noUidl: true },
  });
  await using _ = lost;
  await lost.import();
  await lost.ledger.mark(ANN, (await lost.records()) as StoredRecord[], {
    kind: 'deleted',
    at: 5,
    runId: 'run-5',
  });
  const before = await lost.records();
  assert.equal((await lost.rebuild()).counts.known, 2);
  assert.deepEqual(await lost.records(), before);
});

test('of an object whose UIDL is not known any record of its octets is enough', async () => {
  const lost = await LostLedger.start([letter('one', 'one'), letter('two', 'two')], { keeps: 'nothing' });
  await using _ = lost;
  await lost.import();
  const before = await lost.records();
  assert.equal((await lost.rebuild()).counts.known, 2);
  assert.deepEqual(await lost.records(), before);
});

test('what was not stored gives way to what is in the archive; what is not there stays', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  await lost.ledger.commit(ANN, failedRecord(uidlOf('one'), { state: 'quarantined', attempts: 3 }));
  await lost.ledger.commit(ANN, skippedRecord(uidlOf('two')));
  await lost.ledger.commit(ANN, failedRecord(uidlOf('never stored')));
  await lost.rebuild();
  const records = await lost.records();
  assert.deepEqual(
    records.filter(({ state }) => state === 'stored'),
    before,
  );
  assert.equal(records.length, before.length + 1);
});

test('a record of other octets under the same UIDL is completed by that of the object', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  await lost.ledger.commit(ANN, storedRecord(uidlOf('one'), 'other octets'));
  await lost.rebuild();
  assert.equal((await lost.ledger.find(ANN, [uidlOf('one')])).get(uidlOf('one'))?.length, 2);
});

test('damaged, unreadable and foreign objects are named, not recorded, and the counts balance', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  const [damaged, cut, unreadable] = before.map(keyOf);
  assert.ok(damaged !== undefined && cut !== undefined && unreadable !== undefined);
  lost.blobs.plant(damaged, Buffer.from('something else'));
  lost.blobs.plant(cut, lost.blobs.peek(cut)?.subarray(1) ?? Buffer.alloc(0));
  lost.blobs.unreadable.add(unreadable);
  const foreign = ['raw/account=ann/notes.txt', 'raw/account=ann/dt=2025-02-30/x.eml'];
  for (const key of foreign) lost.blobs.plant(key, Buffer.from('x'));
  const report = await lost.rebuild();
  assert.deepEqual(told(report), [
    ...foreign.map((key) => `foreign-object ${key}`).sort(),
    ...[damaged, cut].map((key) => `object-different ${key}`).sort(),
    `object-unreadable ${unreadable}`,
  ]);
  assert.ok(!isGood(report));
  const { objects, recorded, known, left } = report.counts;
  assert.deepEqual({ objects, recorded, known, left }, { objects: 7, recorded: 2, known: 0, left: 5 });
  assert.equal((await lost.records()).length, 2);
  assert.equal(lost.open, 0);
});

test('when nothing can be read any more the rebuilding ends', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  for (let n = 0; n < 200; n += 1) {
    const { dt, sha256 } = storedRecord(uidlOf('x'), `unreadable ${n}`);
    const key = rawKey(ANN, dt, sha256);
    lost.blobs.plant(key, Buffer.from('x'));
    lost.blobs.unreadable.add(key);
  }
  await assert.rejects(lost.rebuild(), { code: 'ARCHIVE_UNREADABLE' });
  assert.equal((await lost.ledger.state(ANN)).lease, undefined);
});

test('facts that are not as we write them are named, and the parsed document is asked', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  const [first, second] = before;
  for (const record of [first, second]) {
    const metadata = lost.blobs.metadata.get(keyOf(record));
    lost.blobs.metadata.set(keyOf(record), { ...metadata, uidl: '*not base64url*' });
  }
  const { sha256, runId, uidl, octets: size } = first as StoredRecord;
  const ingest = {
    account: ANN,
    uidl,
    sha256,
    size,
    rawKey: keyOf(first),
    runId,
    fetchedAt: '2025-01-02T03:04:05.678Z',
  };
  lost.blobs.plant(documentKeyOf(first), Buffer.from(JSON.stringify({ ingest })));
  const report = await lost.rebuild();
  assert.deepEqual(told(report), [first, second].map((record) => `facts-unreadable ${keyOf(record)}`).sort());
  assert.ok(isGood(report));
  assert.equal(report.counts.withoutUidl, 1);
  const [found] = (await lost.ledger.find(ANN, [uidl])).get(uidl) ?? [];
  assert.equal(found?.firstSeen, Date.parse('2025-01-02T03:04:05.678Z'));
});

test('a document that is none, or is of another message, is not believed', async () => {
  const wrong = [
    'no JSON',
    'null',
    '{}',
    '{"ingest":null}',
    '{"ingest":{}}',
    'other key',
    'other octets',
    'other account',
    'not octets',
    'no run',
    'no time',
  ];
  for (const kind of wrong) {
    const { lost, before } = await importedAndLost();
    await using _ = lost;
    for (const record of before as StoredRecord[]) {
      lost.blobs.metadata.set(keyOf(record), {});
      const right = {
        account: ANN,
        uidl: record.uidl,
        sha256: record.sha256,
        size: record.octets,
        rawKey: keyOf(record),
        runId: 'run-1',
        fetchedAt: '2025-01-02T03:04:05.678Z',
      };
      const changes: Record<string, object> = {
        'other key': { rawKey: keyOf(before.at(-1 - before.indexOf(record))).replace('.eml', '') },
        'other octets': { sha256: 'x' },
        'other account': { account: 'bob' },
        'not octets': { uidl: 'snow ☃' },
        'no run': { runId: 5 },
        'no time': { fetchedAt: 'yesterday' },
      };
      const change = changes[kind];
      const document = change ? JSON.stringify({ ingest: { ...right, ...change } }) : kind;
      lost.blobs.plant(documentKeyOf(record), Buffer.from(document));
    }
    assert.equal((await lost.rebuild()).counts.withoutUidl, 5, kind);
  }
});

test('a dry run reads and proves everything, and writes nothing', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  lost.blobs.plant(keyOf(before[0]), Buffer.from('something else'));
  await lost.ledger.acquire(ANN, 'host/7/a-run', 60_000);
  const report = await lost.rebuild(true);
  assert.deepEqual([report.counts.recorded, report.counts.left], [4, 1]);
  assert.deepEqual([await lost.records(), lost.jobs], [[], []]);
});
