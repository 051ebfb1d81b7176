// A ledger that was lost, rebuilt from the messages alone: what it knew of them it knows again, and an import afterwards
// fetches nothing twice, stores nothing twice and deletes nothing that it should not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageRecord, StoredRecord } from '../../lib/core/record.ts';
import { isGood } from '../../lib/rebuild/rebuild-report.ts';
import { letter } from '../import/runs-under-test.ts';
import { sha256Of } from '../support/memory-blob-store.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { sentCommands } from '../support/sent-commands.ts';
import { LostLedger } from './lost-ledger.ts';
import type { LostLedgerOptions } from './lost-ledger.ts';

/** Each of another size. */
function mailbox(): TestMessage[] {
  return ['one', 'two', 'three', 'four', 'five'].map((name, n) => letter(`uidl-${name}`, name, n));
}

const WRONG_SIZES = { listSizes: { 3: 7 } };

/** Imported once, and then the ledger is lost. */
async function imported(
  maildrop: TestMessage[],
  options?: LostLedgerOptions,
): Promise<{ lost: LostLedger; before: readonly MessageRecord[] }> {
  const lost = await LostLedger.start(maildrop, options);
  await lost.import();
  const before = await lost.records();
  lost.ledger = lost.newLedger();
  return { lost, before };
}

function stored(records: readonly MessageRecord[]): StoredRecord[] {
  return records.filter((record) => record.state === 'stored');
}

function retrieved({ server }: LostLedger): number {
  return sentCommands(server, 'RETR', server.sessions.length - 1).length;
}

test('from what is kept beside the objects the very same records come back', async () => {
  const { lost, before } = await imported(mailbox());
  await using _ = lost;
  const report = await lost.rebuild();
  assert.ok(isGood(report));
  assert.deepEqual(await lost.records(), before);
  const octets = stored(before).reduce((sum, record) => sum + record.octets, 0);
  assert.deepEqual(report.counts, {
    objects: 5,
    recorded: 5,
    known: 0,
    left: 0,
    withoutUidl: 0,
    unparsed: 5,
    octets,
  });
  assert.equal(lost.open, 0, 'every object is closed');
  assert.deepEqual(report.problems, []);
});

for (const keeps of ['metadata', 'documents'] as const) {
  test(`with ${keeps} an import afterwards fetches nothing, and stores nothing twice`, async () => {
    const { lost } = await imported(mailbox(), { keeps });
    await using _ = lost;
    await lost.rebuild();
    const keys = (await lost.blobs.all()).map(([key]) => key);
    const { counts } = await lost.import();
    assert.deepEqual([counts.listed, counts.known], [5, 5]);
    assert.equal(retrieved(lost), 0);
    assert.deepEqual(
      (await lost.blobs.all()).map(([key]) => key),
      keys,
    );
  });
}

test('from parsed documents the same records come back, with the size that a server says that counts well', async () => {
  const { lost, before } = await imported(mailbox(), { keeps: 'documents', faults: WRONG_SIZES });
  await using _ = lost;
  await lost.rebuild();
  const expected = stored(before).map((record) => ({ ...record, listedOctets: record.octets }));
  assert.deepEqual(await lost.records(), expected);
});

test('where the server does not count well, its messages are fetched once more, stored not again, and known from then on', async () => {
  const { lost, before } = await imported(mailbox(), { keeps: 'documents', faults: WRONG_SIZES });
  await using _ = lost;
  await lost.rebuild();
  const { counts } = await lost.import();
  assert.deepEqual([counts.known, counts.duplicate, counts.stored], [4, 1, 0]);
  assert.deepEqual(await lost.records(), before);
  assert.equal((await lost.import()).counts.known, 5);
});

test('messages of which nothing is known are fetched once more, stored not again, and known from then on', async () => {
  const { lost, before } = await imported(mailbox(), { keeps: 'nothing' });
  await using _ = lost;
  const { counts } = await lost.rebuild();
  assert.deepEqual([counts.recorded, counts.withoutUidl], [5, 5]);
  assert.deepEqual(new Set((await lost.records()).map(({ uidl }) => uidl)), new Set(['']));
  const keys = (await lost.blobs.all()).map(([key]) => key);
  const again = await lost.import();
  assert.deepEqual([again.counts.duplicate, again.counts.stored], [5, 0]);
  assert.deepEqual(
    (await lost.blobs.all()).map(([key]) => key),
    keys,
  );
  const known = (await lost.import()).counts;
  assert.deepEqual([known.known, retrieved(lost)], [5, 0]);
  assert.equal(stored(await lost.records()).length, 2 * before.length);
});

test('what arrives, or arrived unseen, is fetched as if nothing had happened', async () => {
  const { lost } = await imported(mailbox());
  await using _ = lost;
  lost.server.maildrop.push(letter('uidl-new', 'new'));
  await lost.rebuild();
  const { counts } = await lost.import();
  assert.deepEqual([counts.known, counts.stored], [5, 1]);
});

test('another message under an old UIDL is fetched, whatever the records were rebuilt from', async () => {
  for (const keeps of ['metadata', 'documents'] as const) {
    const maildrop = mailbox();
    const { lost } = await imported(maildrop, { keeps });
    await using _ = lost;
    await lost.rebuild();
    const other = letter('uidl-one', 'quite another message', 100);
    maildrop[0] = other;
    await lost.import();
    const octets = other.content as Buffer;
    assert.ok(
      (await lost.records()).some(
        (record) => record.state === 'stored' && record.sha256 === sha256Of(octets),
      ),
    );
  }
});

test('an import that deletes asks for the header first, and deletes what is stored and nothing else', async () => {
  const maildrop = mailbox();
  const { lost } = await imported(maildrop);
  await using _ = lost;
  await lost.rebuild();
  // The server has given the UIDL of one to another message of the same size.
  const { content } = letter('uidl-two', 'TWO', 1);
  maildrop[1] = { uidl: 'uidl-two', content };
  const run = await lost.import({ onServer: 'delete' });
  assert.equal(run.deletions.outcome, 'committed');
  assert.equal(run.deletions.entries.length, 5);
  assert.deepEqual([run.counts.known, run.counts.stored], [4, 1]);
  assert.equal(retrieved(lost), 1);
  assert.deepEqual(maildrop, []);
  assert.ok(
    (await lost.records()).some(
      (record) => record.state === 'stored' && record.sha256 === sha256Of(content as Buffer),
    ),
  );
});

test('a message without UIDL stays one without', async () => {
  const { lost, before } = await imported(mailbox(), { faults: { noUidl: true } });
  await using _ = lost;
  const { counts } = await lost.rebuild();
  assert.deepEqual([counts.recorded, counts.withoutUidl], [5, 5]);
  assert.deepEqual(await lost.records(), before);
});
