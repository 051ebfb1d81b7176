// What every Ledger promises of committing: what replaces what, what is kept, and that races lose nothing.

import assert from 'node:assert/strict';
import type { Ledger } from '../../lib/ports/ledger.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { recordsOf } from './ledger-read-contract.ts';
import { ANN, BOB, failedRecord, skippedRecord, storedRecord, uidlOf } from './sample-records.ts';

const UIDL = uidlOf('a uidl');
const RACERS = 20;

export function testCommits(check: LedgerCheck): void {
  testStoredAgain(check);
  testReplacing(check);
  testRaces(check);
}

function testStoredAgain(check: LedgerCheck): void {
  check(
    'the same message again exists: first sight and run are kept, the rest is taken',
    async ({ ledger }) => {
      const first = storedRecord(UIDL);
      const { runId, firstSeen } = first;
      await ledger.commit(ANN, first);
      const again = storedRecord(UIDL, 'content', { runId: 'run-2', firstSeen: 5, listedOctets: 77 });
      const bare = { ...again, listedOctets: undefined, headerSha256: undefined };
      for (const record of [again, bare, first]) {
        const kept = { ...record, runId, firstSeen };
        assert.deepEqual(await ledger.commit(ANN, record), { outcome: 'exists', record: kept });
        assert.deepEqual(await recordsOf(ledger, ANN, UIDL), [kept]);
      }
    },
  );

  check('a message stored again has no mark', async ({ ledger }) => {
    const record = storedRecord(UIDL);
    for (const kind of ['deleting', 'deleted', 'lost'] as const) {
      await ledger.commit(ANN, record);
      await ledger.mark(ANN, [record], { kind, at: 1, runId: 'run-1' });
      assert.deepEqual(await ledger.commit(ANN, record), { outcome: 'exists', record });
      assert.deepEqual(await recordsOf(ledger, ANN, UIDL), [record]);
    }
  });

  check('what was identified by its header can be proven by its octets, and stays so', async ({ ledger }) => {
    const byHeader = storedRecord(UIDL, 'content', { identifiedBy: 'header' });
    const byOctets = storedRecord(UIDL);
    assert.deepEqual(await ledger.commit(ANN, byHeader), { outcome: 'new', record: byHeader });
    for (const record of [byOctets, byHeader]) {
      assert.deepEqual(await ledger.commit(ANN, record), { outcome: 'exists', record: byOctets });
      assert.deepEqual(await recordsOf(ledger, ANN, UIDL), [byOctets]);
    }
  });

  check('messages with one UIDL and other octets are several records', async ({ ledger }) => {
    const [one, two] = [storedRecord(UIDL, 'one'), storedRecord(UIDL, 'two')];
    assert.deepEqual(await ledger.commit(ANN, one), { outcome: 'new', record: one });
    assert.deepEqual(await ledger.commit(ANN, two), { outcome: 'new', record: two });
    assert.deepEqual(await digestsOf(ledger), [one.sha256, two.sha256].sort());
    const again = { ...two, runId: 'run-2' };
    assert.deepEqual(await ledger.commit(ANN, again), { outcome: 'exists', record: two });
  });
}

function testReplacing(check: LedgerCheck): void {
  const notStored = [
    skippedRecord(UIDL),
    failedRecord(UIDL),
    failedRecord(UIDL, { state: 'quarantined', attempts: 3 }),
    failedRecord(UIDL, { attempts: 0 }),
  ];

  check('a message not stored has one record: the last', async ({ ledger }) => {
    for (const record of [...notStored, ...notStored.toReversed()]) {
      assert.deepEqual(await ledger.commit(ANN, record), { outcome: 'new', record });
      assert.deepEqual(await recordsOf(ledger, ANN, UIDL), [record]);
    }
  });

  check('stored replaces not stored, of the same UIDL and account only', async ({ ledger }) => {
    const others = notStored.map((record, index) => ({ ...record, uidl: uidlOf(`other ${index}`) }));
    for (const [index, record] of notStored.entries()) {
      const uidl = uidlOf(`replaced ${index}`);
      await ledger.commit(ANN, { ...record, uidl });
      await ledger.commit(BOB, { ...record, uidl });
      for (const other of others) await ledger.commit(ANN, other);
      const stored = storedRecord(uidl);
      assert.deepEqual(await ledger.commit(ANN, stored), { outcome: 'new', record: stored });
      assert.deepEqual(await recordsOf(ledger, ANN, uidl), [stored]);
      assert.deepEqual(await recordsOf(ledger, BOB, uidl), [{ ...record, uidl }]);
      for (const other of others) assert.deepEqual(await recordsOf(ledger, ANN, other.uidl), [other]);
    }
  });

  check('a stored record is never replaced by one that is not', async ({ ledger }) => {
    const mark = { kind: 'deleted', at: 1, runId: 'run-1' } as const;
    const stored = storedRecord(UIDL, 'content', { mark });
    await ledger.commit(ANN, stored);
    for (const record of notStored) {
      assert.deepEqual(await ledger.commit(ANN, record), { outcome: 'exists', record: stored });
      assert.deepEqual(await recordsOf(ledger, ANN, UIDL), [stored]);
    }
  });
}

function testRaces(check: LedgerCheck): void {
  check(
    'of many commits of one message at once exactly one is new, and all have its record',
    async ({ ledger }) => {
      const committed = await Promise.all(
        racers().map(async (runId) => await ledger.commit(ANN, storedRecord(UIDL, 'content', { runId }))),
      );
      const [winner, ...others] = committed.filter(({ outcome }) => outcome === 'new');
      assert.ok(winner);
      assert.deepEqual(others, []);
      for (const { record } of committed) assert.deepEqual(record, winner.record);
      assert.deepEqual(await recordsOf(ledger, ANN, UIDL), [winner.record]);
    },
  );

  check('of many messages with one UIDL committed at once none is lost', async ({ ledger }) => {
    const records = racers().map((content) => storedRecord(UIDL, content));
    const committed = await Promise.all(records.map(async (record) => await ledger.commit(ANN, record)));
    assert.deepEqual(
      committed,
      records.map((record) => ({ outcome: 'new', record })),
    );
    assert.deepEqual(await digestsOf(ledger), records.map(({ sha256 }) => sha256).sort());
  });

  check('stored prevails over failures committed at the same moment', async ({ ledger }) => {
    for (const uidl of ['a', 'b', 'c', 'd', 'e'].map(uidlOf)) {
      const stored = storedRecord(uidl);
      const failures = [1, 2, 3, 4].map((attempts) => failedRecord(uidl, { attempts }));
      const racing = [...failures.slice(0, 2), stored, ...failures.slice(2)];
      await Promise.all(racing.map(async (record) => await ledger.commit(ANN, record)));
      assert.deepEqual(await recordsOf(ledger, ANN, uidl), [stored]);
    }
  });
}

function racers(): string[] {
  return Array.from({ length: RACERS }, (_, index) => `racer-${index}`);
}

async function digestsOf(ledger: Ledger): Promise<string[]> {
  const records = await recordsOf(ledger, ANN, UIDL);
  return records.map((record) => (record.state === 'stored' ? record.sha256 : record.state)).sort();
}
