// Parsed documents in a move: those that the target has made itself, and those that nobody has made yet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredRecord } from '../../lib/core/record.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import { ANN } from '../contract/sample-records.ts';
import { scene } from './scene.ts';
import {
  documentKeyOf,
  documentOf,
  fillSource,
  keyOf,
  kindsOf,
  move,
  portsBetween,
  TestPlace,
} from './two-places.ts';

function failureOf(record: StoredRecord, problem: string): Buffer {
  return Buffer.from(
    JSON.stringify({ problems: ['parse-failed', problem], ingest: { rawKey: keyOf(record) } }),
  );
}

test('a document that the target made anew of the same message stays there, and counts as there', async () => {
  const { source, target, ports } = await scene();
  const record = await source.store('parsed by both');
  const newer = documentOf(record, 'by a newer parser');
  target.blobs.plant(documentKeyOf(record), newer);
  const report = await move(ports);
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.objects.parsed, { listed: 14, copied: 13, present: 1, left: 0 });
  assert.deepEqual(target.blobs.peek(documentKeyOf(record)), newer);
});

test('a document that only says why there is none does not stand for one; for another of its kind it does', async () => {
  const { source, target, ports } = await scene();
  const [parsed, failed] = [await source.store('parsed here'), await source.store('failed twice')];
  source.blobs.plant(documentKeyOf(failed), failureOf(failed, 'worker-died'));
  for (const record of [parsed, failed])
    target.blobs.plant(documentKeyOf(record), failureOf(record, 'worker-stalled'));
  const report = await move(ports);
  const detail = 'it only says why the message could not be parsed there';
  assert.deepEqual(report.problems, [
    { kind: 'object-in-the-way', key: documentKeyOf(parsed), record: undefined, detail },
  ]);
  target.blobs.take(documentKeyOf(parsed));
  assert.ok(isComplete(await move(ports)));
  assert.deepEqual(target.blobs.peek(documentKeyOf(parsed)), source.blobs.peek(documentKeyOf(parsed)));
});

test('what is no document of that message is in the way of it', async () => {
  const { source, target, ports } = await scene();
  const [one, two, three, four] = [
    await source.store('one'),
    await source.store('two'),
    await source.store('three'),
    await source.store('four'),
  ];
  target.blobs.plant(documentKeyOf(one), documentOf(two, 'of another message'));
  target.blobs.plant(documentKeyOf(two), Buffer.from('{}'));
  target.blobs.plant(documentKeyOf(three), Buffer.from('no JSON'));
  target.blobs.plant(documentKeyOf(four), Buffer.from('null'));
  const report = await move(ports);
  assert.deepEqual(
    kindsOf(report),
    Array.from({ length: 4 }, () => 'object-in-the-way'),
  );
  assert.equal(report.objects.parsed.left, 4);
});

test('a message that is not parsed yet is parsed in the target, before its record says that it is stored', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  const { unparsed } = await fillSource(source);
  const ports = portsBetween(source, target);
  const enqueued: boolean[] = [];
  const parseQueue = {
    enqueue: async (): Promise<void> => {
      enqueued.push((await target.ledger.find(ANN, [unparsed.uidl])).size > 0);
    },
  };
  await move({ ...ports, target: { ...ports.target, parseQueue } });
  assert.deepEqual(enqueued, [false]);
  await move(ports);
  assert.deepEqual(
    target.jobs.map(({ ingest }) => ingest),
    [
      {
        account: ANN,
        uidl: unparsed.uidl,
        sha256: unparsed.sha256,
        size: unparsed.octets,
        rawKey: keyOf(unparsed),
        runId: unparsed.runId,
        fetchedAt: new Date(unparsed.firstSeen).toISOString(),
      },
    ],
  );
});

test('a UIDL that was only guessed is told to no parser', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  const record = await source.store('only by header', { identifiedBy: 'header' });
  source.blobs.take(documentKeyOf(record));
  await move(portsBetween(source, target));
  assert.deepEqual(
    target.jobs.map(({ ingest }) => [ingest.rawKey, ingest.uidl]),
    [[keyOf(record), null]],
  );
});
