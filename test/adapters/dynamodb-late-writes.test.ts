// A write that the network delivers late, after its retry succeeded and after what came next, undoes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { LeaseHeld, LeaseHold } from '../../lib/ports/ledger.ts';
import { accountProgress, ANN, failedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import type { DynamodbRig } from '../support/dynamodb-rig.ts';

const UIDL = uidlOf('a uidl');
const now = (): number => 1_750_000_000_000;

/** The first request of `call` is late; its retry is not. */
async function late<T>(rig: DynamodbRig, call: () => Promise<T>): Promise<T> {
  let requests = 0;
  rig.proxy.faultOf = () => ((requests += 1) === 1 ? 'late' : undefined);
  const result = await call();
  rig.proxy.faultOf = () => undefined;
  assert.ok(requests > 1, 'nothing was late');
  return result;
}

function holdOf(outcome: LeaseHold | LeaseHeld): LeaseHold {
  assert.ok('fence' in outcome);
  return outcome;
}

test('a failure recorded late leaves what was stored since', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, now);
  await late(rig, async () => await ledger.commit(ANN, failedRecord(UIDL)));
  await ledger.commit(ANN, storedRecord(UIDL));
  assert.equal(await rig.proxy.deliverLate(), 1);
  assert.deepEqual((await ledger.find(ANN, [UIDL])).get(UIDL), [storedRecord(UIDL)]);
});

test('a commit that is late leaves the mark set since, with and without a UIDL', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, now);
  const mark = { kind: 'deleting', at: 1, runId: 'run-1' } as const;
  for (const record of [storedRecord(UIDL), storedRecord(uidlOf(''))]) {
    await late(rig, async () => await ledger.commit(ANN, record));
    await ledger.mark(ANN, [record], mark);
    assert.equal(await rig.proxy.deliverLate(), 1);
    assert.deepEqual((await ledger.find(ANN, [record.uidl])).get(record.uidl), [{ ...record, mark }]);
  }
});

test('an acquisition that is late leaves the hold its retry gave good', async () => {
  await using rig = await openDynamodbRig();
  const lease = new DynamodbLease(rig.table, now);
  const hold = holdOf(await late(rig, async () => await lease.acquire(ANN, 'host/1/run-1', 60_000)));
  assert.equal(await rig.proxy.deliverLate(), 1);
  await lease.renew(hold, 60_000);
});

test('what a former holder asked for late is refused', async () => {
  await using rig = await openDynamodbRig();
  const [ledger, lease] = [new DynamodbLedger(rig.table, now), new DynamodbLease(rig.table, now)];
  const former = holdOf(await lease.acquire(ANN, 'host/1/run-1', 60_000));
  await late(rig, async () => await ledger.setDeletionsUnsettled(former, true));
  await late(rig, async () => await ledger.saveProgress(ANN, accountProgress({ failures: 7 }), former));
  await late(rig, async () => await lease.release(former));
  const present = holdOf(await lease.acquire(ANN, 'host/2/run-2', 60_000));
  await ledger.setDeletionsUnsettled(present, false);
  await ledger.saveProgress(ANN, accountProgress(), present);
  const state = await ledger.state(ANN);
  assert.equal(await rig.proxy.deliverLate(), 3);
  assert.deepEqual(await ledger.state(ANN), state);
  await lease.renew(present, 60_000);
});
