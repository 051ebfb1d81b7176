// Committers of one UIDL that get in each other's way at every single request, and ones that stop between two writes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../lib/core/account.ts';
import type { MessageRecord } from '../../lib/core/record.ts';
import type { Uidl } from '../../lib/core/uidl.ts';
import type { Committed, Ledger } from '../../lib/ports.ts';
import { failedRecord, skippedRecord, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { INTERNAL_ERROR } from '../support/dynamodb-fault-proxy.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import type { DynamodbRig } from '../support/dynamodb-rig.ts';

type ToRecord = (uidl: Uidl) => MessageRecord;

const ONE: ToRecord = (uidl) => storedRecord(uidl, 'one');
const TWO: ToRecord = (uidl) => storedRecord(uidl, 'two');
const THREE: ToRecord = (uidl) => storedRecord(uidl, 'three');
const FAILED: ToRecord = (uidl) => failedRecord(uidl);
const SKIPPED: ToRecord = (uidl) => skippedRecord(uidl);

/** What is there before the two committers come, and what they commit: the first one is interrupted by the other. */
const BEFORE: readonly (readonly ToRecord[])[] = [[], [SKIPPED], [ONE], [THREE], [THREE, ONE]];
const PAIRS: readonly (readonly [ToRecord, ToRecord])[] = [
  [ONE, ONE],
  [ONE, TWO],
  [ONE, FAILED],
  [FAILED, ONE],
  [FAILED, SKIPPED],
];

interface Scenario {
  readonly account: AccountId;
  readonly before: readonly MessageRecord[];
  readonly mine: MessageRecord;
  readonly theirs: MessageRecord;
}

/** Every scenario, each with an account of its own. */
function* scenarios(pairs = PAIRS): Generator<Scenario> {
  let count = 0;
  for (const uidl of ['a uidl', ''].map(uidlOf)) {
    for (const before of BEFORE) {
      for (const [mine, theirs] of pairs) {
        const records = {
          before: before.map((toRecord) => toRecord(uidl)),
          mine: mine(uidl),
          theirs: theirs(uidl),
        };
        yield { account: `account-${(count += 1)}` as AccountId, ...records };
      }
    }
  }
}

test('a rival that commits before any request of a commit loses nothing, hides nothing, doubles nothing', async (t) => {
  await using rig = await openDynamodbRig();
  let races = 0;
  for (const { account, ...records } of scenarios()) {
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
  for (const { account, ...records } of scenarios()) {
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

/** Every stored one of the records exactly once and nothing else, or, if none is stored, the one that came last. */
async function assertHolds(
  ledger: Ledger,
  account: AccountId,
  committed: readonly MessageRecord[],
): Promise<void> {
  const stored = committed.flatMap((record) => (record.state === 'stored' ? [record.sha256] : []));
  const found = await foundIn(ledger, account, committed);
  const digests = found.map((record) => (record.state === 'stored' ? record.sha256 : record.state));
  if (stored.length > 0) assert.deepEqual(digests.sort(), [...new Set(stored)].sort());
  else assert.equal(found.length, 1);
}

/** What find and records give alike. */
async function foundIn(
  ledger: Ledger,
  account: AccountId,
  committed: readonly MessageRecord[],
): Promise<readonly MessageRecord[]> {
  const [uidl = uidlOf('')] = committed.map((record) => record.uidl);
  const found = (await ledger.find(account, [uidl])).get(uidl) ?? [];
  const listed: MessageRecord[] = [];
  for await (const record of ledger.records(account)) listed.push(record);
  assert.deepEqual(listed, found);
  return found;
}

/** A message is new once: to the first who committed it, unless that answer was lost. */
function assertCounted(
  before: readonly MessageRecord[],
  committed: readonly Committed[],
  allAnswered: boolean,
): void {
  const known = new Set<string>(before.map((record) => (record.state === 'stored' ? record.sha256 : '')));
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

test('a committer that stops before or after any request leaves nothing hidden, and is made good by the next', async (t) => {
  await using rig = await openDynamodbRig({ maxAttempts: 1 });
  using direct = rig.open({ direct: true });
  const [dying, living] = [new DynamodbLedger(rig.table, Date.now), new DynamodbLedger(direct, Date.now)];
  let stops = 0;
  const alone = [ONE, FAILED].map((mine) => [mine, mine] as const);
  for (const { account, before, mine } of scenarios(alone)) {
    for (const lastDeed of ['dropped', 'answer-lost'] as const) {
      for (let at = 1, stopped = true; stopped; at += 1) {
        const own = `${account}-${lastDeed}-${at}` as AccountId;
        for (const record of before) await living.commit(own, record);
        let requests = 0;
        rig.proxy.faultOf = () => {
          requests += 1;
          if (requests < at) return undefined;
          return requests === at ? lastDeed : INTERNAL_ERROR;
        };
        const outcome = await Promise.allSettled([dying.commit(own, mine)]);
        stopped = outcome[0].status === 'rejected';
        await foundIn(living, own, [mine]);
        await living.commit(own, mine);
        await assertHolds(living, own, [...before, mine]);
        stops += 1;
      }
    }
  }
  t.diagnostic(`${stops} stops`);
});
