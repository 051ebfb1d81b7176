// What a document made again says of its message's import: the same as before, from whoever knows it, and never the time of the
// reparse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARSER_IDENTITY } from '../../lib/parse/parser-identity.ts';
import { uidlOf } from '../contract/sample-records.ts';
import { countsOf, isBalanced, Reparsing } from './reparsing.ts';

test('the facts of the document that is there are kept, whatever others say', async () => {
  const reparsing = new Reparsing();
  const message = reparsing.plant(1);
  reparsing.plantDocument(message, { runId: 'of the document', uidl: null });
  reparsing.plantMetadata(message, { runId: 'beside-the-object' });
  reparsing.jobs.set(message.key, { ...message.ingest, runId: 'of the job' });
  await reparsing.record(message, { runId: 'of the record' });
  const report = await reparsing.run();
  assert.deepEqual(countsOf(report), { objects: 1, unchanged: 1 });
  assert.deepEqual(reparsing.ingestIn(message), {
    ...message.ingest,
    runId: 'of the document',
    uidl: null,
    parser: PARSER_IDENTITY,
  });
});

test('without a document they are what is kept beside the object, then what a waiting job says, then the record', async () => {
  const reparsing = new Reparsing();
  const [beside, waiting, recorded] = [1, 2, 3].map((number) => reparsing.plant(number));
  assert.ok(beside && waiting && recorded);
  reparsing.plantMetadata(beside, { runId: 'beside-the-object' });
  for (const message of [beside, waiting])
    reparsing.jobs.set(message.key, { ...message.ingest, runId: 'of the job', uidl: '' });
  for (const message of [beside, waiting, recorded])
    await reparsing.record(message, { runId: 'of the record' });
  const report = await reparsing.run();
  assert.deepEqual(countsOf(report), { objects: 3, written: 3 });
  assert.deepEqual(
    [beside, waiting, recorded].map((message) => reparsing.ingestIn(message)),
    [
      { ...beside.ingest, runId: 'beside-the-object', parser: PARSER_IDENTITY },
      { ...waiting.ingest, runId: 'of the job', uidl: '', parser: PARSER_IDENTITY },
      { ...recorded.ingest, runId: 'of the record', parser: PARSER_IDENTITY },
    ],
  );
});

test('of several records of the same octets always the same one is taken: one under whose UIDL they were fetched', async () => {
  const records = [
    { uidl: uidlOf('renamed'), identifiedBy: 'header', firstSeen: 1, runId: 'run-1' },
    { uidl: uidlOf('late'), identifiedBy: 'octets', firstSeen: 9, runId: 'run-9' },
    { uidl: uidlOf('early'), identifiedBy: 'octets', firstSeen: 5, runId: 'run-5' },
  ] as const;
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const reparsing = new Reparsing();
    const message = reparsing.plant(1);
    for (const index of order) await reparsing.record(message, records[index]);
    await reparsing.run();
    assert.deepEqual(reparsing.ingestIn(message), {
      ...message.ingest,
      uidl: 'early',
      runId: 'run-5',
      fetchedAt: new Date(5).toISOString(),
      parser: PARSER_IDENTITY,
    });
  }
});

test('a message of which nobody knows anything is parsed, its document says so, and is put right once somebody knows', async () => {
  const reparsing = new Reparsing();
  const message = reparsing.plant(1);
  const unknown = { uidl: null, runId: '', fetchedAt: '1970-01-01T00:00:00.000Z' };
  const report = await reparsing.run();
  assert.deepEqual(countsOf(report), { objects: 1, written: 1, unknownImport: 1 });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(reparsing.ingestIn(message), { ...message.ingest, ...unknown, parser: PARSER_IDENTITY });
  assert.deepEqual(countsOf(await reparsing.run()), { objects: 1, unchanged: 1, unknownImport: 1 });
  await reparsing.record(message);
  assert.deepEqual(countsOf(await reparsing.run()), { objects: 1, written: 1 });
  assert.deepEqual(reparsing.ingestIn(message), { ...message.ingest, parser: PARSER_IDENTITY });
});

test('while a run is at work, what nobody knows is left to it: it may have been stored a moment ago', async () => {
  const reparsing = new Reparsing();
  const [known, unknown] = [reparsing.plant(1), reparsing.plant(2)];
  await reparsing.record(known);
  reparsing.isAtWork = true;
  const report = await reparsing.run();
  assert.deepEqual(countsOf(report), { objects: 2, written: 1, underWay: 1 });
  assert.ok(isBalanced(report));
  assert.deepEqual(reparsing.made, [known.key]);
  assert.equal(reparsing.ingestIn(unknown), undefined);
});

test('whether a run is at work is asked before its jobs and records are: what it wrote before it ended is seen', async () => {
  const reparsing = new Reparsing();
  const message = reparsing.plant(1);
  const ports = {
    ...reparsing.ports(),
    // The run ends between the two questions.
    isAtWork: async (): Promise<boolean> => {
      await reparsing.record(message);
      return false;
    },
  };
  assert.deepEqual(countsOf(await reparsing.run({}, ports)), { objects: 1, written: 1 });
  assert.deepEqual(reparsing.ingestIn(message), { ...message.ingest, parser: PARSER_IDENTITY });
});

test('a document of another message, and one that is none, are not believed', async () => {
  for (const octets of ['', '{', 'null', '{"ingest":{"runId":"x","fetchedAt":"2024-01-01"}}']) {
    const reparsing = new Reparsing();
    const message = reparsing.plant(1);
    reparsing.blobs.plant(message.documentKey, Buffer.from(octets));
    await reparsing.record(message);
    await reparsing.run();
    assert.deepEqual(reparsing.ingestIn(message), { ...message.ingest, parser: PARSER_IDENTITY }, octets);
  }
});

test('what is kept beside an object and not as we write it is named, and the ledger is asked', async () => {
  const reparsing = new Reparsing();
  const message = reparsing.plant(1);
  reparsing.plantMetadata(message);
  reparsing.blobs.metadata.set(message.key, {
    ...reparsing.blobs.metadata.get(message.key),
    'fetched-at': 'yesterday',
  });
  await reparsing.record(message);
  const report = await reparsing.run();
  assert.deepEqual(
    report.problems.map(({ kind, key }) => [kind, key]),
    [['facts-unreadable', message.key]],
  );
  assert.deepEqual(reparsing.ingestIn(message), { ...message.ingest, parser: PARSER_IDENTITY });
});
