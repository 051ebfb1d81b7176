// An audit reads ledger and archive of an account, and finds all that was put there wrong, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Difference } from '../../lib/audit/difference.ts';
import { rawKey } from '../../lib/core/keys.ts';
import { ANN, BOB, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { DamageableArchive, documentKeyOf, keyOf } from './damageable-archive.ts';

const options = { timeout: 30_000 };

function kinds(differences: readonly Difference[]): string[] {
  return differences.map(({ kind }) => kind).sort();
}

test('an archive in order has no difference, and everything in it is counted', options, async () => {
  const archive = new DamageableArchive();
  await archive.store('one\r\n');
  await archive.store('two\r\n', { mark: { kind: 'deleted', at: 1, runId: 'r' } });
  await archive.store('three\r\n');
  const { differences, counts, serverError } = await archive.audit();
  assert.deepEqual([differences, serverError], [[], undefined]);
  assert.deepEqual(counts, {
    records: 3,
    stored: 3,
    intact: 3,
    documents: 3,
    deleted: 1,
    objects: 3,
    listed: undefined,
    listedAndStored: undefined,
    storedOnly: undefined,
  });
});

test('everything that is wrong with objects and documents is found', options, async () => {
  const archive = new DamageableArchive();
  const [missing, other, shorter, unparsed, queued] = [
    await archive.store('missing'),
    await archive.store('other'),
    await archive.store('shorter'),
    await archive.store('unparsed'),
    await archive.store('queued'),
  ];
  archive.blobs.removed.add(keyOf(missing));
  archive.blobs.plant(keyOf(other), 'rehto');
  archive.blobs.plant(keyOf(shorter), 'short');
  for (const record of [unparsed, queued]) archive.blobs.removed.add(documentKeyOf(record));
  archive.pending.add(keyOf(queued));
  const { differences, counts } = await archive.audit();
  const found = differences.map(({ kind, key, detail }) => `${kind} ${key}: ${detail}`);
  assert.deepEqual(found.sort(), [
    `document-missing ${documentKeyOf(unparsed)}: undefined`,
    `document-pending ${documentKeyOf(queued)}: undefined`,
    ...[
      `object-different ${keyOf(other)}: it has the 5 octets it should have, and another sha256`,
      `object-different ${keyOf(shorter)}: it has 5 octets and should have 7`,
    ].sort(),
    `object-missing ${keyOf(missing)}: undefined`,
  ]);
  assert.deepEqual([counts.stored, counts.intact, counts.documents, counts.objects], [5, 2, 0, 4]);
});

test('an object that cannot be read is named, and the rest is compared', options, async () => {
  const archive = new DamageableArchive();
  const unreadable = await archive.store('unreadable');
  await archive.store('fine');
  archive.blobs.unreadable.add(keyOf(unreadable));
  const { differences, counts } = await archive.audit();
  assert.deepEqual(kinds(differences), ['object-unreadable']);
  assert.match(differences[0]?.detail ?? '', /EACCES/);
  assert.equal(counts.intact, 1);
});

test('objects without a record are named, and proven by their name', options, async () => {
  const archive = new DamageableArchive();
  await archive.store('recorded');
  const left = storedRecord(uidlOf('x'), 'left by a crash');
  const rotten = storedRecord(uidlOf('y'), 'left and rotten');
  archive.blobs.plant(keyOf(left), 'left by a crash');
  archive.blobs.plant(keyOf(rotten), 'rotten');
  archive.blobs.plant(`raw/account=${ANN}/dt=2025-01-02/notes.txt`, 'x');
  archive.blobs.plant(rawKey(BOB, left.dt, left.sha256), 'of somebody else');
  const { differences, counts } = await archive.audit();
  assert.deepEqual(kinds(differences), ['foreign-object', 'object-different', 'object-without-record']);
  assert.equal(differences.find(({ kind }) => kind === 'object-different')?.key, keyOf(rotten));
  assert.equal(counts.objects, 4);
});

test('an object whose record is written during the audit is no difference', options, async () => {
  const archive = new DamageableArchive();
  await archive.store('old');
  archive.blobs.beforeList = async () => {
    await archive.store('new');
  };
  const { differences } = await archive.audit();
  assert.deepEqual(differences, []);
});
