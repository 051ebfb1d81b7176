// A dry run of a move: it tells what would be done, and does none of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewMove } from '../../lib/move/preview-move.ts';
import { ANN, runRecord } from '../contract/sample-records.ts';
import { fillSource, keyOf, move, portsBetween, TestPlace } from './two-places.ts';

test('a preview counts what a move would copy, and changes nothing on either side', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const missing = await source.store('missing');
  source.blobs.take(keyOf(missing));
  source.blobs.plant('raw/account=ann/notes.txt', Buffer.from('x'));
  const ports = portsBetween(source, target);
  const before = [await source.snapshot(), await target.snapshot()];
  const preview = await previewMove(ANN, ports);
  assert.deepEqual([await source.snapshot(), await target.snapshot()], before);
  for (const { ledger } of [source, target]) assert.equal((await ledger.state(ANN)).lease, undefined);
  const { octets, ...others } = preview;
  assert.deepEqual(others, {
    account: ANN,
    objects: {
      attachments: { listed: 15, present: 0 },
      parsed: { listed: 14, present: 0 },
      catalog: { listed: 1, present: 0 },
      raw: { listed: 16, present: 0 },
    },
    records: { listed: 19, present: 0 },
    runs: 2,
    missing: 1,
    foreign: 1,
    isTargetAhead: false,
    obstacles: [],
  });
  assert.equal((await move(ports)).octets, octets);
});

test('after a move the preview has nothing left to copy', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  const ports = portsBetween(source, target);
  await move(ports);
  const { objects, records, octets } = await previewMove(ANN, ports);
  for (const { listed, present } of [...Object.values(objects), records]) assert.equal(present, listed);
  assert.equal(octets, 0);
});

test('a preview tells whether the target has worked by itself, and why a move would not even begin', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  await target.ledger.recordRun(runRecord('01JK0000000000000000000001'));
  for (const { ledger } of [source, target]) await ledger.acquire(ANN, 'host/7/a-run', 60_000);
  const { isTargetAhead, obstacles } = await previewMove(ANN, portsBetween(source, target));
  assert.deepEqual([isTargetAhead, obstacles.map(({ code }) => code)], [true, ['LEASE_HELD', 'LEASE_HELD']]);
});
