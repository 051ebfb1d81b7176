// Runners on several machines that want one lease at the same moment, over a network that loses requests and answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../lib/core/account.ts';
import type { LeaseHeld, LeaseHold } from '../../lib/ports/ledger.ts';
import { ANN } from '../contract/sample-records.ts';
import { INTERNAL_ERROR } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';

const ROUNDS = 20;
const DURATION_MS = 60_000;
const FAULTS: readonly AwsFault[] = [INTERNAL_ERROR, 'dropped', 'answer-lost', 'answer-lost'];
const now = (): number => 1_750_000_000_000;

test('two clients race for a lease on a bad day: one has it, the other learns so, and the fence grows', async (t) => {
  await using rig = await openDynamodbRig({ maxAttempts: 12 });
  const random = seededRandom();
  t.diagnostic(`MAILFERRY_SEED=${random.seed}`);
  rig.proxy.faultOf = () =>
    random.between(0, 5) < 1 ? FAULTS[Math.floor(random.between(0, FAULTS.length))] : undefined;
  const ledger = new DynamodbLedger(rig.table, now);
  let lastFence = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // New ones each time: a client has a quota of retries, and refused conditions do not fill it up again.
    const tables = [rig.open({ maxAttempts: 12 }), rig.open({ maxAttempts: 12 })];
    const leases = tables.map((table) => new DynamodbLease(table, now));
    const outcomes = await Promise.all(
      leases.flatMap((lease, client) =>
        ['a', 'b', 'c'].map(
          async (run) => await lease.acquire(ANN, `host/${client}/${round}${run}`, DURATION_MS),
        ),
      ),
    );
    const [winner, ...others] = outcomes.filter(isHold);
    assert.ok(winner);
    assert.deepEqual(others, []);
    assert.equal(winner.fence, lastFence + 1);
    lastFence = winner.fence;
    for (const outcome of outcomes)
      assert.equal(isHold(outcome) ? outcome.owner : outcome.heldBy, winner.owner);
    assert.equal((await ledger.state(ANN)).lease?.owner, winner.owner);
    await leases[round % 2]?.release(winner);
  }
});

test('whatever a rival does before any request of an acquisition, one of the two has the lease', async () => {
  await using rig = await openDynamodbRig();
  using direct = rig.open({ direct: true });
  const [mine, theirs] = [new DynamodbLease(rig.table, now), new DynamodbLease(direct, now)];
  const ledger = new DynamodbLedger(direct, now);
  const holds = new Map<AccountId, LeaseHold>();
  const take = async (account: AccountId): Promise<void> => {
    const outcome = await theirs.acquire(account, 'theirs', DURATION_MS);
    if (isHold(outcome)) holds.set(account, outcome);
  };
  const giveBack = async (account: AccountId): Promise<void> => {
    const hold = holds.get(account);
    if (hold) await theirs.release(hold);
  };
  const nothing = async (): Promise<void> => {};
  for (const [at, before, deed] of [
    [1, nothing, take],
    [1, take, giveBack],
    [2, take, giveBack],
    [2, nothing, take],
    [3, take, giveBack],
  ] as const) {
    const account = `account-${at}-${before.name}-${deed.name}` as AccountId;
    await before(account);
    let requests = 0;
    rig.proxy.faultOf = async () => {
      if ((requests += 1) === at) await deed(account);
      return undefined;
    };
    const outcome = await mine.acquire(account, 'mine', DURATION_MS);
    const owner = (await ledger.state(account)).lease?.owner;
    if (isHold(outcome)) assert.equal(owner, 'mine', account);
    else assert.deepEqual([outcome.heldBy, requests], ['theirs', 2], account);
    if (deed === giveBack && at < 3) assert.ok(isHold(outcome), account);
  }
});

function isHold(outcome: LeaseHold | LeaseHeld): outcome is LeaseHold {
  return 'fence' in outcome;
}
