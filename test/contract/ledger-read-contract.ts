// What every Ledger promises of finding and listing records.

import assert from 'node:assert/strict';
import type { AccountId } from '../../lib/core/account.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import {
  ANN,
  BOB,
  ODD_UIDLS,
  manyUidls,
  recordsOfEveryShape,
  storedRecord,
  uidlOf,
} from './sample-records.ts';

/** More than fit into one request or page of any storage. */
const MANY = 250;

export function testReading(check: LedgerCheck): void {
  testFinding(check);
  testListing(check);
}

function testFinding(check: LedgerCheck): void {
  check('what was never committed has no entry', async ({ ledger }) => {
    await ledger.commit(ANN, storedRecord(uidlOf('seen')));
    assert.equal((await ledger.find(ANN, [])).size, 0);
    assert.deepEqual([...(await ledger.find(ANN, ['seen', 'unseen'].map(uidlOf))).keys()], ['seen']);
  });

  check('a record of every shape is found as it was committed', async ({ ledger }) => {
    const records = recordsOfEveryShape();
    for (const record of records)
      assert.deepEqual(await ledger.commit(ANN, record), { outcome: 'new', record });
    for (const record of records) assert.deepEqual(await recordsOf(ledger, ANN, record.uidl), [record]);
  });

  check('any octets make a UIDL, and each is its own', async ({ ledger }) => {
    for (const [index, uidl] of ODD_UIDLS.entries())
      assert.equal((await ledger.commit(ANN, storedRecord(uidl, `content ${index}`))).outcome, 'new');
    const found = await ledger.find(ANN, ODD_UIDLS);
    assert.equal(found.size, ODD_UIDLS.length);
    for (const [index, uidl] of ODD_UIDLS.entries())
      assert.deepEqual(found.get(uidl), [storedRecord(uidl, `content ${index}`)]);
  });

  check('many UIDLs are found at once, also when they are asked twice', async ({ ledger }) => {
    const known = manyUidls('known-', MANY);
    await commitAll(ledger, ANN, known);
    const found = await ledger.find(ANN, alternately(known, manyUidls('unknown-', MANY)));
    assert.equal(found.size, MANY);
    for (const uidl of known) assert.deepEqual(found.get(uidl), [storedRecord(uidl)]);
  });

  check('accounts do not see each other', async ({ ledger }) => {
    const record = storedRecord(uidlOf('a'));
    await ledger.commit(ANN, record);
    assert.equal((await ledger.find(BOB, [record.uidl])).size, 0);
    assert.deepEqual(await listed(ledger, BOB), []);
    assert.equal((await ledger.commit(BOB, record)).outcome, 'new');
  });
}

function testListing(check: LedgerCheck): void {
  check('records gives every record of the account once', async ({ ledger }) => {
    const shared = ['one', 'two', 'three'].map((content) => storedRecord(uidlOf('shared'), content));
    const odd = ODD_UIDLS.map((uidl) => storedRecord(uidl));
    const expected = [...recordsOfEveryShape(), ...shared, ...odd];
    for (const record of expected) await ledger.commit(ANN, record);
    await ledger.commit(BOB, storedRecord(uidlOf('of bob')));
    assert.deepEqual(inOrder(await listed(ledger, ANN)), inOrder(expected));
  });

  check('records of an account nobody knows is empty', async ({ ledger }) => {
    assert.deepEqual(await listed(ledger, ANN), []);
  });

  check('while records are listed others are committed, marked and found', async ({ ledger }) => {
    const before = manyUidls('before-', MANY);
    await commitAll(ledger, ANN, before);
    const seen: string[] = [];
    for await (const record of ledger.records(ANN)) {
      seen.push(record.uidl);
      if (seen.length % 50 !== 1) continue;
      const added = storedRecord(uidlOf(`added-${seen.length}`));
      assert.equal((await ledger.commit(ANN, added)).outcome, 'new');
      await ledger.mark(ANN, [added], { kind: 'lost', at: 1, runId: 'run-1' });
      assert.equal((await recordsOf(ledger, ANN, added.uidl)).length, 1);
    }
    const known = seen.filter((uidl) => uidl.startsWith('before-'));
    assert.deepEqual(known.sort(), [...before].sort());
  });

  check('a listing may be left early', async ({ ledger }) => {
    await commitAll(ledger, ANN, manyUidls('a', 3));
    for await (const record of ledger.records(ANN)) {
      assert.equal(record.state, 'stored');
      break;
    }
    assert.equal((await listed(ledger, ANN)).length, 3);
  });
}

/** What the ledger has of one UIDL. */
export async function recordsOf(
  ledger: Ledger,
  account: AccountId,
  uidl: Uidl,
): Promise<readonly MessageRecord[]> {
  return (await ledger.find(account, [uidl])).get(uidl) ?? [];
}

/** A stored record for each UIDL; several commits under way at once. */
export async function commitAll(ledger: Ledger, account: AccountId, uidls: readonly Uidl[]): Promise<void> {
  await Promise.all(uidls.map(async (uidl) => await ledger.commit(account, storedRecord(uidl))));
}

async function listed(ledger: Ledger, account: AccountId): Promise<MessageRecord[]> {
  const records: MessageRecord[] = [];
  for await (const record of ledger.records(account)) records.push(record);
  return records;
}

function inOrder(records: readonly MessageRecord[]): MessageRecord[] {
  const keyed = records.map((record) => [JSON.stringify(record), record] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

function* alternately(known: readonly Uidl[], unknown: readonly Uidl[]): Generator<Uidl> {
  for (const [index, uidl] of known.entries()) {
    yield uidl;
    yield unknown[index] ?? uidl;
    yield uidl;
  }
}
