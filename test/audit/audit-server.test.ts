// An audit that asks the server compares its listing with the ledger, and asks for no more than that.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Difference } from '../../lib/audit/difference.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import { ANN, failedRecord, skippedRecord, uidlOf } from '../contract/sample-records.ts';
import { DamageableArchive, keyOf, listed } from './damageable-archive.ts';

const options = { timeout: 30_000 };

function kinds(differences: readonly Difference[]): string[] {
  return differences.map(({ kind }) => kind).sort();
}

test('the listing is compared by UIDL and LIST alone: nothing is fetched or deleted', options, async () => {
  const archive = new DamageableArchive();
  await archive.store('stored and listed');
  await archive.store('stored, not listed');
  await archive.store('deleted', { mark: { kind: 'deleted', at: 1, runId: 'r' } });
  await archive.store('other size', { listedOctets: 99 });
  const maildrop = ['stored and listed', 'deleted', 'other size', 'new'].map(listed);
  const { differences, counts, commands } = await archive.auditWithServer(maildrop);
  assert.deepEqual(kinds(differences), ['listed-though-deleted', 'not-imported', 'size-changed']);
  assert.deepEqual([counts.listed, counts.listedAndStored, counts.storedOnly], [4, 1, 1]);
  assert.deepEqual(
    commands.filter((command) => !/^(CAPA|USER|PASS)/.test(command)),
    ['UIDL', 'LIST', 'QUIT'],
  );
  assert.deepEqual(new Set(differences.map(({ messageNumber }) => messageNumber)), new Set([2, 3, 4]));
});

test('what is not stored is looked for in the listing', options, async () => {
  const archive = new DamageableArchive();
  const records: MessageRecord[] = ['failed', 'failed and gone'].map((id) =>
    failedRecord(uidlOf(`uidl of ${id}`)),
  );
  records.push(
    failedRecord(uidlOf('uidl of poison'), { state: 'quarantined' }),
    skippedRecord(uidlOf('uidl of big')),
  );
  for (const record of records) await archive.ledger.commit(ANN, record);
  const { differences, counts } = await archive.auditWithServer(['failed', 'poison', 'big'].map(listed));
  assert.deepEqual(kinds(differences), ['failed', 'gone-before-stored', 'quarantined', 'too-large']);
  assert.deepEqual([counts.records, counts.stored], [4, 0]);
  assert.deepEqual(kinds((await archive.audit()).differences), [
    'failed',
    'failed',
    'quarantined',
    'too-large',
  ]);
});

test(
  'messages without UIDLs, and with one for several, are told apart by content only',
  options,
  async () => {
    const archive = new DamageableArchive();
    await archive.store('kept', { uidl: uidlOf('') });
    const shared = ['a', 'b'].map((content) => ({ uidl: 'same', content: Buffer.from(content) }));
    const nameless = { uidl: '', content: Buffer.from('c') };
    const { differences, counts } = await archive.auditWithServer([...shared, nameless]);
    assert.deepEqual(kinds(differences), ['listed-ambiguous', 'listed-ambiguous', 'listed-without-uidl']);
    assert.equal(counts.listedAndStored, 0);
  },
);

test('a server without UIDL is no proof that anything is gone', options, async () => {
  const archive = new DamageableArchive();
  await archive.ledger.commit(ANN, failedRecord(uidlOf('failed')));
  const { differences, counts } = await archive.auditWithServer([listed('x')], { noUidl: true });
  assert.deepEqual(kinds(differences), ['failed', 'listed-without-uidl']);
  assert.equal(counts.storedOnly, undefined);
});

test('a server that cannot be asked is told, and the rest is compared', options, async () => {
  const archive = new DamageableArchive();
  const missing = await archive.store('missing');
  archive.blobs.removed.add(keyOf(missing));
  const { differences, serverError, counts } = await archive.auditWithServer([listed('missing')], {
    login: '-ERR [AUTH] no',
  });
  assert.equal(serverError?.code, 'POP3_AUTH_FAILED');
  assert.deepEqual([kinds(differences), counts.listed], [['object-missing'], undefined]);
  assert.equal(differences[0]?.isListed, undefined);
});

test('a listing of many parts is compared to its last row', options, async () => {
  const archive = new DamageableArchive();
  const contents = Array.from({ length: 2500 }, (_, index) => `message ${index}`);
  for (const content of contents.slice(0, 2499)) await archive.store(content);
  const { differences, counts } = await archive.auditWithServer(contents.map(listed));
  assert.deepEqual(kinds(differences), ['not-imported']);
  assert.deepEqual([counts.listed, counts.listedAndStored, counts.storedOnly], [2500, 2499, 0]);
});

test('rows that share a UIDL are found, however far apart they are listed', options, async () => {
  const archive = new DamageableArchive();
  const contents = Array.from({ length: 2500 }, (_, index) => `message ${index}`);
  for (const content of contents.slice(0, -1)) await archive.store(content);
  const { differences, counts } = await archive.auditWithServer([...contents, 'message 0'].map(listed));
  assert.deepEqual(kinds(differences), ['listed-ambiguous', 'listed-ambiguous', 'not-imported']);
  assert.equal(counts.listedAndStored, 2498);
});
