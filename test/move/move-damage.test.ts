// A source or a target with something wrong: each thing is named, the rest is moved, no record is lost, and the target never
// believes to have a message that it has not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachmentKey } from '../../lib/core/keys.ts';
import type { MessageRecord, RecordMark, StoredRecord } from '../../lib/core/record.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import { ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import { scene } from './scene.ts';
import { assertHonest, assertMoved, documentKeyOf, keyOf, kindsOf, move, NOW } from './two-places.ts';
import type { TestPlace } from './two-places.ts';

async function recordIn(
  { ledger }: TestPlace,
  { uidl, sha256 }: StoredRecord,
): Promise<MessageRecord | undefined> {
  const records = (await ledger.find(ANN, [uidl])).get(uidl) ?? [];
  return records.find((record) => record.state === 'stored' && record.sha256 === sha256);
}

const LOST: RecordMark = { kind: 'lost', at: NOW - 9, runId: 'run-lost' };

test('a damaged message is named and not copied, and its record says lost until the file is put back', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('damaged', { firstSeen: 7, runId: 'run-7' });
  source.blobs.plant(keyOf(record), Buffer.from('Damaged'));
  const read: string[] = [];
  const get = source.blobs.get.bind(source.blobs);
  source.blobs.get = async (key) => {
    read.push(key);
    return await get(key);
  };
  const report = await move(ports);
  assert.equal(read.filter((key) => key === keyOf(record)).length, 1, 'it is read once');
  assert.ok(!isComplete(report));
  assert.deepEqual(kindsOf(report), ['object-different']);
  assert.equal(report.problems[0]?.key, keyOf(record));
  assert.deepEqual(report.objects.raw, { listed: 16, copied: 15, present: 0, left: 1 });
  assert.equal(target.blobs.peek(keyOf(record)), undefined);
  const there = await recordIn(target, record);
  assert.ok(there?.state === 'stored' && there.mark?.kind === 'lost');
  assert.deepEqual(there, { ...record, mark: there.mark });
  await assertHonest(target);

  const again = await move(ports);
  assert.deepEqual(await recordIn(target, record), there, 'a repeated move changes nothing of it');
  assert.deepEqual([again.records.copied, again.records.lost], [0, 2]);

  source.blobs.plant(keyOf(record), Buffer.from('damaged'));
  assert.deepEqual((await move(ports)).problems, []);
  await assertMoved(source, target);
});

test('of a damaged message too: one octet more, one less, none at all', async () => {
  for (const octets of ['damagedX', 'damage', '']) {
    const { source, target, ports } = await scene();
    const record = await source.store('damaged');
    source.blobs.plant(keyOf(record), Buffer.from(octets));
    assert.deepEqual(kindsOf(await move(ports)), ['object-different']);
    assert.equal(target.blobs.peek(keyOf(record)), undefined);
    await assertHonest(target);
  }
});

test('a damaged object that no record names, and a damaged attachment, are named and not copied', async () => {
  const { source, target, ports } = await scene();
  const unrecorded = storedRecord(uidlOf('x'), 'unrecorded and damaged');
  const attachment = attachmentKey(ANN, sha256Of(Buffer.from('right')));
  for (const key of [keyOf(unrecorded), attachment]) source.blobs.plant(key, Buffer.from('wrong'));
  const report = await move(ports);
  assert.deepEqual(kindsOf(report), ['object-different', 'object-different']);
  for (const key of [keyOf(unrecorded), attachment]) assert.equal(target.blobs.peek(key), undefined);
});

test('a missing message is named, and lost in the target whatever the mark of its record was', async () => {
  const { source, target, ports } = await scene();
  const marks: (RecordMark | undefined)[] = [
    undefined,
    { ...LOST, kind: 'deleting' },
    { ...LOST, kind: 'deleted' },
  ];
  const records = await Promise.all(
    marks.map(async (mark, n) => await source.store(`missing ${n}`, { mark })),
  );
  for (const record of records) source.blobs.take(keyOf(record));
  const report = await move(ports);
  assert.deepEqual(kindsOf(report), ['object-missing', 'object-missing', 'object-missing']);
  assert.ok(!isComplete(report));
  for (const record of records) {
    const there = await recordIn(target, record);
    assert.ok(there?.state === 'stored' && there.mark?.kind === 'lost', record.uidl);
  }
  await assertHonest(target);
  for (const record of records) source.blobs.putBack(keyOf(record));
  assert.ok(isComplete(await move(ports)));
  await assertMoved(source, target);
});

test('what the source knows to be lost is copied as it is, and keeps no move from being complete', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('known to be lost', { mark: LOST });
  source.blobs.take(keyOf(record));
  const report = await move(ports);
  assert.deepEqual(kindsOf(report), ['object-lost']);
  assert.ok(isComplete(report));
  assert.deepEqual(await recordIn(target, record), record);
});

test('one missing object with two records, of which one is marked lost, is no news', async () => {
  const { source, ports } = await scene();
  const record = await source.store('of two names', { mark: LOST });
  await source.store('of two names', { uidl: uidlOf('another name') });
  source.blobs.take(keyOf(record));
  assert.deepEqual(kindsOf(await move(ports)), ['object-missing']);
});

test('a message of the source that is missing there and intact in the target is in the target', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('in the target already');
  await move(ports);
  source.blobs.take(keyOf(record));
  assert.deepEqual((await move(ports)).problems, []);
  assert.deepEqual(await recordIn(target, record), record);
});

test('an object that cannot be read is named, and the rest is moved', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('unreadable');
  for (const key of [keyOf(record), documentKeyOf(record)]) source.blobs.unreadable.add(key);
  const report = await move(ports);
  assert.deepEqual(kindsOf(report), ['object-unreadable', 'object-unreadable']);
  assert.equal(report.objects.raw.copied, 15);
  await assertHonest(target);
  source.blobs.unreadable.clear();
  assert.ok(isComplete(await move(ports)));
  await assertMoved(source, target);
});

test('in a ledger that both share nothing is marked: the source has the message, and an import would not look for it', async () => {
  const { source, target, ports } = await scene();
  const [unreadable, missing] = [await source.store('unreadable'), await source.store('missing')];
  source.blobs.unreadable.add(keyOf(unreadable));
  source.blobs.take(keyOf(missing));
  const { ledger, lease } = ports.source;
  const shared = { ...ports, target: { ...ports.target, ledger, lease } };
  const before = await source.records();
  const report = await move(shared);
  assert.deepEqual(kindsOf(report), ['object-missing', 'object-unreadable']);
  assert.deepEqual(await source.records(), before);
  assert.deepEqual([report.records.copied, report.records.different], [0, 0]);
  source.blobs.unreadable.clear();
  source.blobs.putBack(keyOf(missing));
  assert.deepEqual((await move(shared)).problems, []);
  assert.deepEqual(await target.blobs.all(), await source.blobs.all());
});

test('when nothing can be read any more the move ends', async () => {
  const { source, ports } = await scene();
  for (let n = 0; n < 200; n += 1) source.blobs.unreadable.add(keyOf(await source.store(`unreadable ${n}`)));
  await assert.rejects(move(ports), { code: 'ARCHIVE_UNREADABLE' });
});

test('files that are none of ours stay where they are, and are named', async () => {
  const { source, target, ports } = await scene();
  const foreign = [
    'raw/account=ann/dt=2025-01-02/notes.txt',
    'raw/account=ann/.DS_Store',
    'parsed/v1/account=ann/dt=2025-01-02/index.html',
    'attachments/account=ann/photo.jpg',
    'catalog/v1/account=ann/README',
  ];
  for (const key of foreign) source.blobs.plant(key, Buffer.from('x'));
  const report = await move(ports);
  assert.deepEqual(
    report.problems.map(({ kind, key }) => `${kind} ${key}`).sort(),
    foreign.map((key) => `foreign-object ${key}`).sort(),
  );
  assert.ok(isComplete(report));
  assert.deepEqual(report.objects.raw, { listed: 17, copied: 15, present: 0, left: 2 });
  for (const key of foreign) assert.equal(target.blobs.peek(key), undefined);
});

test('other octets in the place of a message are left as they are; its record says lost until they are gone', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('in the way');
  target.blobs.plant(keyOf(record), Buffer.from('something else'));
  const report = await move(ports);
  assert.deepEqual(kindsOf(report), ['object-in-the-way']);
  assert.equal(target.blobs.peek(keyOf(record))?.toString(), 'something else');
  const there = await recordIn(target, record);
  assert.ok(there?.state === 'stored' && there.mark?.kind === 'lost');
  target.blobs.plant(keyOf(record), Buffer.from('in the way'));
  assert.deepEqual((await move(ports)).problems, []);
  await assertMoved(source, target);
});

test('other octets that appear just before the object is written are told as well', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('in the way');
  const verify = target.blobs.verify.bind(target.blobs);
  target.blobs.verify = async (key, expected) => {
    const found = await verify(key, expected);
    if (key === keyOf(record)) target.blobs.plant(key, Buffer.from('something else'));
    return found;
  };
  assert.deepEqual(kindsOf(await move(ports)), ['object-in-the-way']);
  await assertHonest(target);
});
