// Lost documents are ordered again: of messages whose records are made, and of those whose records were there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredRecord } from '../../lib/core/record.ts';
import { rebuildAccount } from '../../lib/rebuild/rebuild-account.ts';
import { ANN, uidlOf } from '../contract/sample-records.ts';
import { documentKeyOf, importedAndLost, keyOf, told } from './lost-ledger.ts';

test('a message that is not parsed is parsed again: the jobs of a lost ledger are lost with it', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  const [parsed, ...others] = before;
  lost.blobs.plant(documentKeyOf(parsed), Buffer.from('{}'));
  await lost.rebuild();
  assert.deepEqual(lost.jobs.map(({ ingest }) => ingest.rawKey).sort(), others.map(keyOf).sort());
  const { ingest } = lost.jobs[0] ?? assert.fail('a job');
  const record = others.find((other) => keyOf(other) === ingest.rawKey) as StoredRecord;
  assert.deepEqual([ingest.uidl, ingest.size, ingest.runId], [record.uidl, record.octets, record.runId]);
  assert.equal(Date.parse(ingest.fetchedAt), record.firstSeen);
});

test('lost documents are made again of messages that are recorded too, and only from octets that are proven', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  await lost.rebuild();
  const [damaged, parsed, renamed, ...others] = (await lost.records()) as StoredRecord[];
  assert.ok(damaged && parsed && renamed);
  lost.jobs.length = 0;
  lost.blobs.plant(keyOf(damaged), Buffer.from('something else'));
  lost.blobs.plant(documentKeyOf(parsed), Buffer.from('{}'));
  await lost.ledger.commit(ANN, { ...renamed, uidl: uidlOf('a new name'), identifiedBy: 'header' });
  const records = await lost.records();
  const report = await lost.rebuild();
  assert.deepEqual(told(report), [`object-different ${keyOf(damaged)}`]);
  const { objects, recorded, known, left, unparsed } = report.counts;
  assert.deepEqual([objects, recorded, known, left, unparsed], [5, 0, 4, 1, 3]);
  assert.deepEqual(
    new Set(
      lost.jobs.map(({ ingest: { rawKey, uidl, runId, fetchedAt } }) =>
        [rawKey, uidl, runId, Date.parse(fetchedAt)].join(' '),
      ),
    ),
    new Set(
      [renamed, ...others].map((record) =>
        [keyOf(record), record.uidl, record.runId, record.firstSeen].join(' '),
      ),
    ),
  );
  assert.deepEqual(await lost.records(), records);
  assert.equal((await lost.rebuild(true)).counts.unparsed, 3);
  assert.equal(lost.jobs.length, 3, 'a dry run orders nothing');
});

test('where nobody here parses, no document is looked for', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  const ports = { ...lost.ports(), parseQueue: undefined };
  const options = { dryRun: false, stop: new AbortController().signal };
  for (const [recorded, known] of [
    [5, 0],
    [0, 5],
  ]) {
    const { counts } = await rebuildAccount(ANN, ports, options);
    assert.deepEqual([counts.recorded, counts.known, counts.unparsed], [recorded, known, 0]);
  }
});
