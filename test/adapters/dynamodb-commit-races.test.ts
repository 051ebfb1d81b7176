// Committers of one UIDL that get in each other's way at every single request.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../lib/core/account.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { Committed } from '../../lib/ports/ledger.ts';
import { assertHolds, commitScenarios } from '../support/dynamodb-commit-scenarios.ts';
import type { Scenario } from '../support/dynamodb-commit-scenarios.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import type { DynamodbRig } from '../support/dynamodb-rig.ts';

test('a rival that commits before any request of a commit loses nothing, hides nothing, doubles nothing', async (t) => {
  await using rig = await openDynamodbRig();
  let races = 0;
  for (const { account, ...records } of commitScenarios()) {
    for (let rivalBefore = 1, came = true; came; rivalBefore += 1) {
      const scenario = { account: `${account}-${rivalBefore}` as AccountId, ...records };
      came = await race(rig, scenario, { rivalBefore });
      races += 1;
    }
  }
  t.diagnostic(`${races} races`);
});

test('nor if the answer before was lost as well, and the request is made again after the rival', async (t) => {
  await using rig = await openDynamodbRig();
  let races = 0;
  for (const { account, ...records } of commitScenarios()) {
    for (let lost = 1, came = true; came; lost += 1) {
      const scenario = { account: `${account}-${lost}` as AccountId, ...records };
      came = await race(rig, scenario, { lost, rivalBefore: lost + 1 });
      races += 1;
    }
  }
  t.diagnostic(`${races} races`);
});

/**
 * @param at the number of the request whose answer is lost, and of the one that waits until the rival has committed
 * @returns whether there were as many requests
 */
async function race(
  rig: DynamodbRig,
  { account, before, mine, theirs }: Scenario,
  at: { readonly lost?: number; readonly rivalBefore: number },
): Promise<boolean> {
  using direct = rig.open({ direct: true });
  const rival = new DynamodbLedger(direct, Date.now);
  for (const record of before) await rival.commit(account, record);
  const committed: Committed[] = [];
  let requests = 0;
  rig.proxy.faultOf = async () => {
    requests += 1;
    if (requests === at.rivalBefore) committed.push(await rival.commit(account, theirs));
    return requests === at.lost ? 'answer-lost' : undefined;
  };
  committed.push(await new DynamodbLedger(rig.table, Date.now).commit(account, mine));
  const came = requests >= at.rivalBefore;
  const records = [...before, mine, ...(came ? [theirs] : [])];
  await assertHolds(rival, account, records);
  assertCounted(before, committed, at.lost === undefined);
  return came;
}

/** A message is new once: to the first who committed it, unless that answer was lost. */
function assertCounted(
  before: readonly MessageRecord[],
  committed: readonly Committed[],
  allAnswered: boolean,
): void {
  const known = new Set<string>(before.map((record) => (record.state === 'stored' ? record.sha256 : '')));
  const hadStored = before.some(({ state }) => state === 'stored');
  for (const { record } of committed)
    assert.ok(record.state === 'stored' || !hadStored, 'a failure was recorded over it');
  const news = new Map<string, number>();
  for (const { outcome, record } of committed) {
    if (record.state !== 'stored') continue;
    news.set(record.sha256, (news.get(record.sha256) ?? 0) + (outcome === 'new' ? 1 : 0));
  }
  for (const [sha256, count] of news) {
    const most = known.has(sha256) ? 0 : 1;
    assert.ok(
      count <= most && (count === most || !allAnswered),
      `new ${count} times, and at most ${most} is true`,
    );
  }
}
