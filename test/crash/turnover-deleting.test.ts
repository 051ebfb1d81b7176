// The provider moves, or its UIDLs are gone altogether, and the account deletes: nothing is deleted before its octets were
// fetched under its new UIDL, and nothing at all while the server is out of order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertBalanced } from '../support/agreement.ts';
import { assertFinished, readArchive } from '../support/archive-snapshot.ts';
import { readLedger } from '../support/ledger-file.ts';
import { startLoadedServer } from '../support/loaded-server.ts';
import { assertNothingLost, mailboxOf } from '../support/nothing-lost.ts';
import {
  assertGood,
  assertQuiet,
  importThenTurnOver,
  letters,
  MESSAGES,
  noticeCodes,
  runAndWatch,
} from '../support/turned-over.ts';

const options = { timeout: 120_000 };

void test(
  'with onServer: delete nothing is deleted in the run of the turnover, and everything later, each after it was fetched',
  options,
  async () => {
    await using place = await importThenTurnOver();
    await place.configure({ onServer: 'delete' });
    const first = await runAndWatch(place);
    assertGood(first.run);
    assert.deepEqual(noticeCodes(first.run.run), ['DELETIONS_REFUSED', 'UIDL_TURNOVER']);
    assert.equal(first.run.run.deletions.outcome, 'refused');
    assert.deepEqual(first.deleted, []);
    assert.equal(place.server.maildrop.length, MESSAGES);
    const fetched = new Set(first.retrieved.map(numberOf));
    for (let runs = 1; place.server.maildrop.length > 0; runs += 1) {
      assert.ok(runs <= 2, `${place.server.maildrop.length} messages are left after ${runs} more runs`);
      // Nothing was deleted so far, so a number means the same message in every session.
      assert.equal(place.server.maildrop.length, MESSAGES);
      const next = await runAndWatch(place);
      assertGood(next.run);
      for (const line of next.retrieved) fetched.add(numberOf(line));
      assert.deepEqual(
        next.deleted.filter((line) => !fetched.has(numberOf(line))),
        [],
        'deleted, and never fetched under this UIDL',
      );
    }
    const archive = await readArchive(place.archive);
    assertFinished(archive);
    assertNothingLost(place.mailbox, [], archive);
    assert.equal(archive.raw.size, MESSAGES);
  },
);

void test('a turnover in which the session breaks at a message settles all the same', options, async () => {
  await using place = await importThenTurnOver();
  place.server.faults = { closeAfterRetrs: 3 };
  const broken = await place.run();
  assertBalanced(broken.run.counts);
  assertNothingLost(place.mailbox, mailboxOf(place.server.maildrop), await readArchive(place.archive));
  place.server.faults = {};
  const next = await place.run();
  assertGood(next);
  const { known, duplicate, stored } = next.run.counts;
  assert.deepEqual([known + duplicate, stored], [MESSAGES, 0]);
  const archive = await readArchive(place.archive);
  assertFinished(archive);
  assert.equal(archive.raw.size, MESSAGES);
  await assertQuiet(place);
});

void test('UIDL vanishes: the run fails loudly with POP3_UNAVAILABLE and does nothing', options, async () => {
  await using place = await startLoadedServer({
    maildrop: letters(0, MESSAGES),
    account: { onServer: 'keep' },
  });
  assertGood(await place.run());
  await place.configure({ onServer: 'delete' });
  const [archive, ledger] = [await readArchive(place.archive), readLedger(place.archive)];
  place.server.faults = { noUidl: true };
  const { run, retrieved, deleted } = await runAndWatch(place);
  assert.equal(run.exitCode, 1);
  assert.deepEqual(
    run.run.errors.map(({ code }) => code),
    ['POP3_UNAVAILABLE'],
  );
  assert.equal(run.run.outcome, 'stopped');
  assertBalanced(run.run.counts);
  assert.deepEqual([retrieved, deleted, place.server.maildrop.length], [[], [], MESSAGES]);
  assert.deepEqual(await readArchive(place.archive), archive);
  assert.deepEqual(readLedger(place.archive), ledger);
  place.server.faults = {};
  const next = await runAndWatch(place);
  assertGood(next.run);
  assert.deepEqual([next.retrieved.length, next.deleted.length], [0, MESSAGES]);
});

function numberOf(line: string): number {
  return Number(line.split(' ')[1]);
}
