// A DynamoDB that throttles, fails, and loses requests and answers: the SDK's retries make it good, and nothing is doubled.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { Committed, Ledger } from '../../lib/ports/ledger.ts';
import {
  accountProgress,
  ANN,
  failedRecord,
  manyUidls,
  runRecord,
  storedRecord,
  uidlOf,
} from '../contract/sample-records.ts';
import { INTERNAL_ERROR, THROTTLED, THROUGHPUT_EXCEEDED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import { ALL_UNPROCESSED, HALF_UNPROCESSED } from '../support/dynamodb-unprocessed.ts';
import { seededRandom } from '../support/seeded-random.ts';

const FAULTS: readonly AwsFault[] = [
  INTERNAL_ERROR,
  UNAVAILABLE,
  THROTTLED,
  THROUGHPUT_EXCEEDED,
  'dropped',
  'answer-lost',
  'answer-lost',
];
const COMMITS = 500;
const AT_ONCE = 20;

test('a burst of commits on a bad day ends with every record there exactly once', async (t) => {
  await using rig = await openDynamodbRig({ maxAttempts: 12 });
  const random = seededRandom();
  t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
  let faults = 0;
  rig.proxy.faultOf = () => {
    if (random.between(0, 5) >= 1) return undefined;
    faults += 1;
    return FAULTS[Math.floor(random.between(0, FAULTS.length))];
  };
  const ledger = new DynamodbLedger(rig.table, Date.now);
  // Every fifth message has the UIDL of the one before, every fiftieth none.
  const records = manyUidls('message-', COMMITS).map((_, index) => {
    const shared = index % 5 === 4 ? index - 1 : index;
    return storedRecord(uidlOf(index % 50 === 0 ? '' : `message-${shared}`), `content ${index}`);
  });
  let givenUp = 0;
  const commitAtLast = async (record: MessageRecord): Promise<Committed> => {
    try {
      return await ledger.commit(ANN, record);
    } catch (error) {
      // Under so many faults the SDK's retry quota runs out, which ends a run; the next run commits the message again.
      assert.ok(error instanceof MailferryError && error.retryable, String(error));
      assert.ok((givenUp += 1) < COMMITS / 5, 'hardly anything is retried');
      return await commitAtLast(record);
    }
  };
  const waiting = records.values();
  const commitWaiting = async (): Promise<void> => {
    for (const record of waiting) assert.deepEqual((await commitAtLast(record)).record, record);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, commitWaiting));
  t.diagnostic(`${faults} faults, ${givenUp} commits given up and made again`);
  assert.ok(faults > COMMITS / 10, `only ${faults} faults`);
  assert.deepEqual(await allRecords(ledger), inOrder(records));
});

/** Of every kind of write the first answer is lost. */
test('a write whose answer was lost has its effect once, and its right result', async () => {
  await using rig = await openDynamodbRig();
  const losing = async <T>(call: () => Promise<T>): Promise<T> => {
    let requests = 0;
    rig.proxy.faultOf = () => ((requests += 1) === 1 ? 'answer-lost' : undefined);
    try {
      const result = await call();
      assert.ok(requests > 1, 'no answer was lost');
      return result;
    } finally {
      rig.proxy.faultOf = () => undefined;
    }
  };
  const ledger = new DynamodbLedger(rig.table, () => 1000);
  const lease = new DynamodbLease(rig.table, () => 1000);
  const [failed, stored] = [failedRecord(uidlOf('a')), storedRecord(uidlOf('b'))];
  const mark = { kind: 'deleting', at: 1, runId: 'run-1' } as const;
  assert.deepEqual(await losing(async () => await ledger.commit(ANN, failed)), {
    outcome: 'new',
    record: failed,
  });
  // The retry finds what the first try wrote: that it exists is what can be known, and the record is the right one.
  assert.deepEqual(await losing(async () => await ledger.commit(ANN, stored)), {
    outcome: 'exists',
    record: stored,
  });
  await losing(async () => await ledger.mark(ANN, [stored], mark));
  assert.deepEqual(await allRecords(ledger), inOrder([failed, { ...stored, mark }]));

  const hold = await losing(async () => await lease.acquire(ANN, 'host/1/run-1', 500));
  assert.deepEqual(hold, { account: ANN, owner: 'host/1/run-1', fence: 1 });
  assert.ok('fence' in hold);
  await losing(async () => await lease.renew(hold, 700));
  assert.equal(await losing(async () => await ledger.setDeletionsUnsettled(hold, true)), 'saved');
  assert.equal(await losing(async () => await ledger.saveProgress(ANN, accountProgress(), hold)), 'saved');
  const leased = { owner: hold.owner, expiresAt: 1700 };
  const state = { progress: accountProgress(), deletionsUnsettled: true, fence: 1, lease: leased };
  assert.deepEqual(await ledger.state(ANN), state);
  await losing(async () => await lease.release(hold));
  assert.deepEqual(await ledger.state(ANN), { ...state, lease: undefined });
  await losing(async () => await ledger.recordRun(runRecord('run-1')));
  assert.deepEqual(await ledger.runs(ANN, 10), [runRecord('run-1')]);
});

test('keys that a batch leaves unprocessed are asked for again', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const uidls = manyUidls('message-', 150);
  for (const uidl of uidls.slice(20, 120)) await ledger.commit(ANN, storedRecord(uidl));
  rig.proxy.takeCounts();
  rig.proxy.faultOf = () => HALF_UNPROCESSED;
  const found = await ledger.find(ANN, uidls);
  assert.deepEqual([...found.keys()].sort(), uidls.slice(20, 120).sort());
  // 100, 50, 25, 12, 6, 3, 1 keys, and half as many for the other 50.
  assert.deepEqual(rig.proxy.takeCounts(), { BatchGetItem: 7 + 6 });
});

test('a batch that gets nowhere fails after a while, and may be tried again', async () => {
  await using rig = await openDynamodbRig();
  rig.proxy.faultOf = () => ALL_UNPROCESSED;
  const finding = new DynamodbLedger(rig.table, Date.now).find(ANN, [uidlOf('a')]);
  await assert.rejects(finding, { code: 'LEDGER_FAILED', scope: 'account', retryable: true });
  assert.deepEqual(rig.proxy.takeCounts(), { BatchGetItem: 6 });
});

async function allRecords(ledger: Ledger): Promise<MessageRecord[]> {
  const records: MessageRecord[] = [];
  for await (const record of ledger.records(ANN)) records.push(record);
  return inOrder(records);
}

function inOrder(records: readonly MessageRecord[]): MessageRecord[] {
  const keyed = records.map((record) => [keyOf(record), record] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

function keyOf(record: MessageRecord): string {
  return `${record.uidl} ${record.state === 'stored' ? record.sha256 : ''}`;
}
