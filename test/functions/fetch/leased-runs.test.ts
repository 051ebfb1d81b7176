// Runs that take the lease before they ask the server for anything: they go by the account as it is then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseHold } from '../../../lib/ports/ledger.ts';
import { STALE_DRAIN_MS } from '../../../lib/core/drain.ts';
import { ANN } from '../../contract/sample-records.ts';
import { FetchWorld } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import type { Invocation } from './invoke.ts';

const HOUR_MS = 3_600_000;

async function poll(world: FetchWorld): Promise<Invocation> {
  const body = JSON.stringify({ kind: 'poll', account: 'ann', tick: 1 });
  return await invoke(world, 'poll', [{ id: 'm', group: 'ann', body, receives: 1 }]);
}

/** An account with nothing to do, and a drain whose message was lost: its next poll takes the lease first. */
async function settledBesideLostDrain(): Promise<FetchWorld> {
  const world = new FetchWorld();
  await world.addAccount('ann', 3);
  for (let polls = 0; polls < 3; polls += 1) await poll(world);
  assert.ok((await world.ledger.state(ANN)).progress?.settled);
  const drain = { id: 'd', slice: 1, isSent: true, at: world.nowMs - STALE_DRAIN_MS, idleSlices: 0 };
  await world.directory.saveDrain(ANN, drain, undefined);
  world.nowMs += 2 * HOUR_MS;
  return world;
}

test('what somebody changed between the look and the lease is not undone: a message marked lost is fetched again', async () => {
  const world = await settledBesideLostDrain();
  const [message] = world.serverOf('ann').messages;
  const acquire = world.ledger.acquire.bind(world.ledger);
  world.ledger.acquire = async (...request) => {
    world.ledger.acquire = acquire;
    // As `audit --repair` does.
    const hold = (await acquire(ANN, 'an audit', HOUR_MS)) as LeaseHold;
    const { progress } = await world.ledger.state(ANN);
    assert.ok(progress);
    const uidl = message?.uidl as never;
    const sha256 = message?.sha256 as never;
    await world.ledger.mark(ANN, [{ uidl, sha256 }], { kind: 'lost', at: world.nowMs, runId: 'an audit' });
    await world.ledger.saveProgress(ANN, { ...progress, settled: undefined }, hold);
    await world.ledger.release(hold);
    return await acquire(...request);
  };
  await poll(world);
  assert.equal(world.counts.get('MessagesDuplicate'), 1);
  for await (const record of world.ledger.records(ANN)) {
    assert.ok(record.state === 'stored');
    assert.equal(record.mark, undefined);
  }
});

test('a run under a lease that was taken before asks for none, and whoever took it gives it back', async () => {
  const world = await settledBesideLostDrain();
  world.receiveMail('ann', 2);
  const { process } = await poll(world);
  assert.deepEqual(
    ['lease.acquire', 'lease.renew', 'lease.release'].map((call) => process.calls.get(call)),
    [1, 1, 1],
  );
  assert.deepEqual(await world.missing('ann'), []);
  assert.equal((await world.ledger.state(ANN)).lease, undefined);
});

test('a quiet run under such a lease may write what it has to, and gives it back', async () => {
  const world = await settledBesideLostDrain();
  await poll(world);
  const { progress, lease } = await world.ledger.state(ANN);
  assert.ok((progress?.lastSuccessAt ?? 0) > world.nowMs - HOUR_MS);
  assert.equal(lease, undefined); // What it found settled bears the fence of its lease: the next poll has no need to look again.
  assert.equal(progress?.settled?.fence, (await world.ledger.state(ANN)).fence);
});
