// What every Lease promises, and a Ledger of the writes that depend on one. Never looks behind the ports.

import assert from 'node:assert/strict';
import type { LeaseHold } from '../../lib/ports/ledger.ts';
import { acquired, DURATION_MS, ledgerCheck, refused } from './ledger-under-test.ts';
import type { LedgerCheck, LedgerUnderTest, OpenLedger } from './ledger-under-test.ts';
import { accountProgress, ANN, BOB } from './sample-records.ts';

const ONE = 'one.example/11/run-1';
const TWO = 'two.example/22/run-2';
const THREE = 'one.example/11/run-3';

/** @param name of the adapter, for the titles of the tests */
export function testLeaseContract(name: string, open: OpenLedger): void {
  const check = ledgerCheck(name, open);
  testExclusion(check);
  testEnd(check);
  testFence(check);
  testStaleHolder(check);
  testWritesWithoutHold(check);
}

function testExclusion(check: LedgerCheck): void {
  check('a lease belongs to one owner, and others learn whose it is', async ({ lease, clock }) => {
    const hold = await acquired(lease, ANN, ONE);
    assert.equal(hold.account, ANN);
    assert.equal(hold.owner, ONE);
    const held = { heldBy: ONE, until: clock.nowMs + DURATION_MS };
    for (const owner of [TWO, THREE]) assert.deepEqual(await refused(lease, ANN, owner), held);
  });

  check('accounts have leases of their own', async ({ lease }) => {
    await acquired(lease, ANN, ONE);
    await acquired(lease, BOB, TWO);
    assert.equal((await refused(lease, ANN, TWO)).heldBy, ONE);
    assert.equal((await refused(lease, BOB, ONE)).heldBy, TWO);
  });

  check('an owner that has the lease gets it again, for longer', async ({ lease, clock }) => {
    const first = await acquired(lease, ANN, ONE);
    clock.nowMs += DURATION_MS - 1;
    const again = await acquired(lease, ANN, ONE);
    assert.ok(again.fence >= first.fence);
    clock.nowMs += DURATION_MS - 1;
    await refused(lease, ANN, TWO);
    await lease.renew(again, DURATION_MS);
  });

  check('of many that acquire at once one wins, and the others learn who', async ({ lease }) => {
    for (let round = 0; round < 3; round += 1) {
      const owners = Array.from({ length: 20 }, (_, index) => `host.example/${index}/run-${round}`);
      const outcomes = await Promise.all(
        owners.map(async (owner) => await lease.acquire(ANN, owner, DURATION_MS)),
      );
      const [winner, ...others] = outcomes.filter((outcome) => 'fence' in outcome);
      assert.ok(winner);
      assert.deepEqual(others, []);
      for (const outcome of outcomes)
        assert.equal('fence' in outcome ? outcome.owner : outcome.heldBy, winner.owner);
      await lease.release(winner);
    }
  });
}

function testEnd(check: LedgerCheck): void {
  check('a lease lasts as long as it was asked for, and no longer', async ({ lease, clock }) => {
    await acquired(lease, ANN, ONE);
    clock.nowMs += DURATION_MS - 1;
    await refused(lease, ANN, TWO);
    clock.nowMs += 1;
    await acquired(lease, ANN, TWO);
  });

  check('a lease that is renewed lasts from then on', async ({ lease, clock }) => {
    const hold = await acquired(lease, ANN, ONE);
    for (let renewals = 0; renewals < 3; renewals += 1) {
      clock.nowMs += DURATION_MS - 1;
      await lease.renew(hold, DURATION_MS);
    }
    const { until } = await refused(lease, ANN, TWO);
    assert.equal(until, clock.nowMs + DURATION_MS);
  });

  check('a lease that is given back is free, and giving it back again is harmless', async ({ lease }) => {
    const hold = await acquired(lease, ANN, ONE);
    await lease.release(hold);
    await lease.release(hold);
    await acquired(lease, ANN, TWO);
  });

  check('an expired lease that nobody took is still its holder’s', async ({ ledger, lease, clock }) => {
    const hold = await acquired(lease, ANN, ONE);
    clock.nowMs += 10 * DURATION_MS;
    assert.equal((await ledger.state(ANN)).lease?.owner, ONE);
    assert.equal(await ledger.saveProgress(ANN, accountProgress(), hold), 'saved');
    assert.equal(await ledger.setDeletionsUnsettled(hold, true), 'saved');
    await lease.renew(hold, DURATION_MS);
    await refused(lease, ANN, TWO);
    clock.nowMs += 10 * DURATION_MS;
    await lease.release(hold);
    assert.equal((await ledger.state(ANN)).lease, undefined);
  });
}

function testFence(check: LedgerCheck): void {
  check('the fence grows with every holder, however the last one ended', async ({ lease, clock }) => {
    const fences: number[] = [];
    for (const owner of [ONE, TWO, ONE, THREE, TWO, ONE]) {
      const hold = await acquired(lease, ANN, owner);
      fences.push(hold.fence);
      await lease.renew(hold, DURATION_MS);
      if (fences.length % 2 === 0) await lease.release(hold);
      else clock.nowMs += DURATION_MS;
    }
    for (const [index, fence] of fences.entries()) {
      if (index > 0) assert.ok(fence > (fences[index - 1] ?? Infinity), `fences ${fences.join(', ')}`);
    }
  });
}

function testStaleHolder(check: LedgerCheck): void {
  check('a holder whose lease was taken over can do nothing any more', async (subject) => {
    const stale = await acquired(subject.lease, ANN, ONE);
    await subject.ledger.setDeletionsUnsettled(stale, true);
    subject.clock.nowMs += DURATION_MS;
    await acquired(subject.lease, ANN, TWO);
    assert.equal((await subject.ledger.state(ANN)).deletionsUnsettled, true);
    await assertPowerless(subject, stale);
    await subject.lease.release(stale);
    assert.equal((await refused(subject.lease, ANN, THREE)).heldBy, TWO);
  });

  check('a holder whose lease was taken over and given back can do nothing any more', async (subject) => {
    const stale = await acquired(subject.lease, ANN, ONE);
    subject.clock.nowMs += DURATION_MS;
    await subject.lease.release(await acquired(subject.lease, ANN, TWO));
    await assertPowerless(subject, stale);
  });

  check('a holder that gave the lease back can do nothing any more', async (subject) => {
    const stale = await acquired(subject.lease, ANN, ONE);
    await subject.lease.release(stale);
    await assertPowerless(subject, stale);
  });

  check('a hold of old is not made good by a new one of the same owner', async (subject) => {
    const stale = await acquired(subject.lease, ANN, ONE);
    await subject.lease.release(stale);
    const fresh = await acquired(subject.lease, ANN, ONE);
    await assertPowerless(subject, stale);
    await subject.lease.release(stale);
    await subject.lease.renew(fresh, DURATION_MS);
  });
}

async function assertPowerless({ ledger, lease }: LedgerUnderTest, stale: LeaseHold): Promise<void> {
  const before = await ledger.state(ANN);
  await assert.rejects(lease.renew(stale, 10 * DURATION_MS), { code: 'LEASE_LOST' });
  assert.equal(await ledger.saveProgress(ANN, accountProgress(), stale), 'stale');
  assert.equal(await ledger.setDeletionsUnsettled(stale, !before.deletionsUnsettled), 'stale');
  assert.deepEqual(await ledger.state(ANN), before);
}

function testWritesWithoutHold(check: LedgerCheck): void {
  check('progress without a hold is refused while a lease is in force', async ({ ledger, lease, clock }) => {
    const [first, second] = [accountProgress(), accountProgress({ lastRunId: 'run-2' })];
    const hold = await acquired(lease, ANN, ONE);
    clock.nowMs += DURATION_MS - 1;
    assert.equal(await ledger.saveProgress(ANN, first, undefined), 'stale');
    assert.equal((await ledger.state(ANN)).progress, undefined);
    await lease.release(hold);
    assert.equal(await ledger.saveProgress(ANN, first, undefined), 'saved');
    await acquired(lease, ANN, TWO);
    assert.equal(await ledger.saveProgress(ANN, second, undefined), 'stale');
    assert.deepEqual((await ledger.state(ANN)).progress, first);
  });

  check('progress without a hold is written once the lease has expired', async ({ ledger, lease, clock }) => {
    const hold = await acquired(lease, ANN, ONE);
    clock.nowMs += DURATION_MS;
    assert.equal(await ledger.saveProgress(ANN, accountProgress(), undefined), 'saved');
    assert.deepEqual((await ledger.state(ANN)).progress, accountProgress());
    await lease.renew(hold, DURATION_MS);
  });
}
