// A repair marks what is missing, so that an import fetches it again; it changes nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Difference } from '../../lib/audit/difference.ts';
import { markLost } from '../../lib/audit/mark-lost.ts';
import { accountProgress, ANN } from '../contract/sample-records.ts';
import { DamageableArchive, keyOf, NOW } from './damageable-archive.ts';

const options = { timeout: 30_000 };

function kinds(differences: readonly Difference[]): string[] {
  return differences.map(({ kind }) => kind).sort();
}

test('a repair marks what is missing, under the lease, and nothing else', options, async () => {
  const archive = new DamageableArchive();
  const [missing, deleted, other, back] = [
    await archive.store('missing'),
    await archive.store('deleted', { mark: { kind: 'deleted', at: 1, runId: 'r' } }),
    await archive.store('other'),
    await archive.store('back'),
  ];
  for (const record of [missing, deleted, back]) archive.blobs.removed.add(keyOf(record));
  archive.blobs.plant(keyOf(other), 'rehto');
  const { differences } = await archive.audit();
  archive.blobs.plant(keyOf(back), 'back');
  const ports = archive.repairPorts();
  assert.equal(await markLost(ANN, differences, ports), 2);
  const marks = new Map<string, unknown>();
  for await (const record of archive.ledger.records(ANN))
    if (record.state === 'stored') marks.set(record.uidl, record.mark);
  const lost = { kind: 'lost', at: NOW, runId: 'repair' };
  assert.deepEqual(
    marks,
    new Map([
      [missing.uidl, lost],
      [deleted.uidl, lost],
      [other.uidl, undefined],
      [back.uidl, undefined],
    ]),
  );
  assert.equal((await archive.ledger.state(ANN)).lease, undefined);
  assert.deepEqual(kinds((await archive.audit()).differences), [
    'object-different',
    'object-lost',
    'object-lost',
  ]);
  assert.equal(await markLost(ANN, differences, ports), 0);
});

test('a repair waits for nobody, and marks nothing while a run works on the account', options, async () => {
  const archive = new DamageableArchive();
  const missing = await archive.store('missing');
  archive.blobs.removed.add(keyOf(missing));
  const { differences } = await archive.audit();
  await archive.ledger.acquire(ANN, 'host/2/run', 60_000);
  await assert.rejects(markLost(ANN, differences, archive.repairPorts()), { code: 'LEASE_HELD' });
  assert.deepEqual(kinds((await archive.audit()).differences), ['object-missing']);
});

test('after a repair the next run looks at every record, whatever was settled', options, async () => {
  const archive = new DamageableArchive();
  const missing = await archive.store('missing');
  await archive.ledger.saveProgress(ANN, accountProgress(), undefined);
  archive.blobs.removed.add(keyOf(missing));
  const { differences } = await archive.audit();
  assert.equal(await markLost(ANN, differences, archive.repairPorts()), 1);
  const { progress } = await archive.ledger.state(ANN);
  assert.deepEqual(progress, accountProgress({ settled: undefined }));
});
