// A whole account moved: everything arrives, byte for byte and record for record, and a second move finds nothing to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromMetadata } from '../../lib/core/ingest-metadata.ts';
import type { StoredRecord } from '../../lib/core/record.ts';
import { moveAccount } from '../../lib/move/move-account.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import {
  accountProgress,
  ANN,
  manyUidls,
  runRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import {
  assertMoved,
  assertWrittenOnce,
  fillSource,
  keyOf,
  kindsOf,
  move,
  NOW,
  portsBetween,
  TestPlace,
} from './two-places.ts';

test('everything arrives, octet for octet and record for record, and the source is as it was', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const before = await source.snapshot();
  const report = await move(portsBetween(source, target));
  assert.ok(isComplete(report));
  assert.deepEqual(report.problems, []);
  await assertMoved(source, target);
  assert.deepEqual(await source.snapshot(), before);
  assertWrittenOnce(target);
});

test('the report balances: what was listed is copied, was there, or is named', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const first = await move(portsBetween(source, target));
  assert.deepEqual(first.objects, {
    attachments: { listed: 14, copied: 14, present: 0, left: 0 },
    parsed: { listed: 13, copied: 13, present: 0, left: 0 },
    catalog: { listed: 1, copied: 1, present: 0, left: 0 },
    raw: { listed: 15, copied: 15, present: 0, left: 0 },
  });
  assert.deepEqual(first.records, { listed: 18, copied: 18, present: 0, kept: 0, lost: 1, different: 0 });
  assert.equal(first.runs, 2);
  const octets = (await source.blobs.all()).reduce((sum, [, { length = 0 } = {}]) => sum + length, 0);
  assert.equal(first.octets, octets);
});

test('the catalog arrives in both of its forms', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const parquet = `catalog-parquet/v1/account=${ANN}/ingest_dt=2026-11-23/x.parquet`;
  const foreign = `catalog-parquet/v1/account=${ANN}/ingest_dt=2026-11-23/notes.txt`;
  for (const key of [parquet, foreign]) source.blobs.plant(key, Buffer.from('octets'));
  const { objects, problems } = await move(portsBetween(source, target));
  assert.deepEqual(objects.catalog, { listed: 3, copied: 2, present: 0, left: 1 });
  assert.deepEqual(target.blobs.peek(parquet), Buffer.from('octets'));
  assert.deepEqual(
    problems.map(({ kind, key }) => [kind, key]),
    [['foreign-object', foreign]],
  );
});

test('rows that wait in the source for a file of the catalog are asked for under its lease, and counted', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const copyWaitingRows = async (account: string, mayGoOn: () => Promise<void>): Promise<number> => {
    assert.equal(account, ANN);
    await mayGoOn();
    assert.ok((await source.ledger.state(ANN)).lease);
    return 3;
  };
  const report = await move({ ...portsBetween(source, target), copyWaitingRows });
  assert.equal(report.waitingRows, 3);
  assert.ok(isComplete(report));
});

test('a second move copies nothing, writes nothing, and counts everything as there', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  await move(portsBetween(source, target));
  const [before, written] = [await target.snapshot(), target.blobs.writes.length];
  const again = await move(portsBetween(source, target));
  assert.deepEqual(await target.snapshot(), before);
  assert.equal(target.blobs.writes.length, written);
  for (const { listed, copied, present, left } of Object.values(again.objects))
    assert.deepEqual([copied, present, left], [0, listed, 0]);
  assert.deepEqual(again.records, { listed: 18, copied: 0, present: 18, kept: 0, lost: 1, different: 0 });
  assert.equal(again.octets, 0);
});

test('there and back again gives the same octets and the same records', async () => {
  const [source, between, back] = [new TestPlace(), new TestPlace(), new TestPlace()];
  await fillSource(source);
  await move(portsBetween(source, between));
  await move(portsBetween(between, back));
  await assertMoved(source, back);
});

test('what the source did after a first move is brought up to date by a second one', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  await move(portsBetween(source, target));
  await source.store('came later');
  await source.store('was skipped before', { uidl: uidlOf('skipped') });
  await source.store('message 0', { listedOctets: 77, mark: undefined });
  await source.ledger.mark(ANN, [storedRecord(uidlOf('uidl of message 1'), 'message 1')], {
    kind: 'deleted',
    at: NOW,
    runId: 'run-3',
  });
  await source.ledger.mark(ANN, [storedRecord(uidlOf('uidl of found again'), 'found again')], undefined);
  await source.ledger.recordRun(runRecord('01JH0000000000000000000003'));
  await source.ledger.saveProgress(
    ANN,
    accountProgress({ lastRunId: '01JH0000000000000000000003' }),
    undefined,
  );
  const report = await move(portsBetween(source, target));
  assert.deepEqual(report.problems, []);
  await assertMoved(source, target);
  assert.deepEqual(report.records, { listed: 19, copied: 5, present: 14, kept: 0, lost: 0, different: 0 });
});

test('other accounts stay where they are', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const { ann: _ann, ...others } = {
    ann: 1,
    raw: 'raw/account=bob/dt=2025-01-02/x.eml',
    anna: 'raw/account=anna/x',
  };
  for (const key of Object.values(others)) source.blobs.plant(key, Buffer.from('not hers'));
  const report = await move(portsBetween(source, target));
  assert.deepEqual(report.problems, []);
  for (const key of Object.values(others)) assert.equal(target.blobs.peek(key), undefined);
});

test('an account that nobody has worked on yet is moved too, and leaves nothing behind', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  const report = await move(portsBetween(source, target));
  assert.ok(isComplete(report));
  await assertMoved(source, target);
});

test('the object tells what the ledger knows of it; a UIDL only if its octets were fetched under it', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  const { turnedOver, unrecordedKey } = await fillSource(source);
  const [byHeader, byOctets] = turnedOver;
  await source.store('only by header', { identifiedBy: 'header' });
  await move(portsBetween(source, target));
  const facts = (key: string): ReturnType<typeof fromMetadata> =>
    fromMetadata(key, 1, target.blobs.metadata.get(key) ?? {});
  assert.equal(keyOf(byHeader), keyOf(byOctets));
  const { ingest, listedOctets, headerSha256 } = facts(keyOf(byOctets));
  const { uidl, runId, firstSeen } = byOctets;
  assert.deepEqual({ uidl: ingest.uidl, runId: ingest.runId }, { uidl, runId });
  assert.equal(Date.parse(ingest.fetchedAt), firstSeen);
  assert.deepEqual([listedOctets, headerSha256], [byOctets.listedOctets, byOctets.headerSha256]);
  const only = (await source.records()).find(
    (record): record is StoredRecord => record.uidl === 'uidl of only by header',
  );
  assert.ok(only);
  assert.equal(facts(keyOf(only)).ingest.uidl, null);
  assert.equal(facts(unrecordedKey).ingest.uidl, null);
});

test('places that share the archive, or the ledger, are moved between as well', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const ports = portsBetween(source, target);
  const { ledger, lease } = ports.source;
  const onlyArchive = await move({ ...ports, target: { ...ports.target, ledger, lease } });
  assert.ok(isComplete(onlyArchive));
  assert.deepEqual(await target.blobs.all(), await source.blobs.all());
  assert.deepEqual(await target.records(), []);
  const before = await source.snapshot();
  const onlyLedger = await move({ ...ports, target: { ...ports.target, blobs: source.blobs } });
  assert.ok(isComplete(onlyLedger));
  assert.equal(onlyLedger.octets, 0);
  await assertMoved(source, target);
  assert.deepEqual(await source.snapshot(), before);
});

test('two thousand records, many of them without UIDL or with one UIDL, arrive', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  for (const [n, uidl] of manyUidls('uidl-', 1000).entries()) await source.store(`of its own ${n}`, { uidl });
  for (let n = 0; n < 500; n += 1) await source.store(`nameless ${n}`, { uidl: uidlOf('') });
  for (let n = 0; n < 500; n += 1) await source.store(`shared ${n}`, { uidl: uidlOf('shared') });
  const report = await move(portsBetween(source, target));
  assert.deepEqual(report.records, {
    listed: 2000,
    copied: 2000,
    present: 0,
    kept: 0,
    lost: 0,
    different: 0,
  });
  await assertMoved(source, target);
  assert.deepEqual(kindsOf(await move(portsBetween(source, target))), []);
});

test('whoever watches is told of each object and record twice: copied, and compared', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const told = { phases: [] as string[], object: 0, record: 0, octets: 0 };
  const report = await moveAccount(ANN, portsBetween(source, target), {
    stop: new AbortController().signal,
    observer: {
      phase: (phase) => void told.phases.push(phase),
      done: (what) => void (told[what] += 1),
      octets: (count) => void (told.octets += count),
    },
  });
  const listed = Object.values(report.objects).reduce((sum, counts) => sum + counts.listed, 0);
  assert.deepEqual(told, {
    phases: ['copying', 'comparing'],
    object: 2 * listed,
    record: 36,
    octets: report.octets,
  });
});
