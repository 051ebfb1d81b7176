// Changes to an account that meet another change, a run's progress, a lost answer or a late request at every single step.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ulid } from 'ulid';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { Account, AccountId } from '../../lib/core/account.ts';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import type { Drain } from '../../lib/core/drain.ts';
import { freshStart } from '../../lib/core/fresh-start.ts';
import { slotOf } from '../../lib/core/schedule.ts';
import type { AccountDirectory } from '../../lib/ports/directory.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import { sorted, suspendedProgress, wellProgress } from '../contract/account-directory-under-test.ts';
import { sampleAccount } from '../contract/sample-accounts.ts';
import { ANN } from '../contract/sample-records.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';
import type { DynamodbRig } from '../support/dynamodb-rig.ts';

const DRAIN: Drain = { id: '01JH0000000000000000000001', slice: 1, isSent: false, at: 7, idleSlices: 0 };

interface Hands {
  readonly directory: AccountDirectory;
  readonly ledger: Ledger;
}

/** What a rival does between two requests of ours, and what must be true of it at the end. */
interface Rival {
  readonly name: string;
  act(hands: Hands, account: AccountId): Promise<unknown>;
  readonly progress: AccountProgress | undefined;
}

const AFTER_CHANGES = suspendedProgress({ lastRunId: ulid(9e12) });

const RIVALS: readonly Rival[] = [
  {
    name: 'a change',
    act: async ({ directory }, id) => await directory.apply(changed(id, 2)),
    progress: undefined,
  },
  {
    name: 'a removal',
    act: async ({ directory }, id) => await directory.remove(id),
    progress: undefined,
  },
  {
    name: 'a run that was well',
    act: async ({ ledger }, id) => await ledger.saveProgress(id, wellProgress(), undefined),
    progress: wellProgress(),
  },
  {
    name: 'a run that was refused',
    act: async ({ ledger }, id) => await ledger.saveProgress(id, AFTER_CHANGES, undefined),
    progress: AFTER_CHANGES,
  },
];

function changed(id: AccountId, port: number): Account {
  return sampleAccount({ id, port, schedule: { everyMinutes: port } });
}

function handsOf(rig: DynamodbRig, table = rig.table): Hands {
  return {
    directory: new DynamodbAccountDirectory(table, Date.now),
    ledger: new DynamodbLedger(table, Date.now),
  };
}

test('a rival between any two requests of a change loses nothing, and the change is made whole', async () => {
  await using rig = await openDynamodbRig();
  let races = 0;
  for (const rival of RIVALS) {
    for (const lostAnswer of [false, true]) {
      for (let at = 1, came = true; came; at += 1) {
        came = await raceOfChange(rig, rival, at, lostAnswer);
        races += 1;
      }
    }
  }
  assert.ok(races > 20, `${races} races`);
});

/** @returns whether there were as many requests */
async function raceOfChange(rig: DynamodbRig, rival: Rival, at: number, lost: boolean): Promise<boolean> {
  const id = `${rival.name.replaceAll(' ', '-')}-${at}-${lost ? 'lost' : 'answered'}` as AccountId;
  using direct = rig.open({ direct: true });
  const theirs = handsOf(rig, direct);
  await theirs.directory.apply(changed(id, 1));
  let requests = 0;
  rig.proxy.faultOf = async () => {
    requests += 1;
    if (requests !== at) return undefined;
    if (!lost) await rival.act(theirs, id);
    return lost ? 'answer-lost' : undefined;
  };
  const outcome = await handsOf(rig).directory.apply(changed(id, 3));
  rig.proxy.faultOf = () => undefined;
  assert.ok(outcome === 'changed' || (rival.name === 'a removal' && outcome === 'created'), outcome);
  const { applied, state } = await theirs.directory.view(id);
  assert.deepEqual(applied?.account, changed(id, 3));
  const [listed] = await inSlotOf(theirs.directory, changed(id, 3));
  assert.equal(listed, id);
  const came = requests >= at;
  if (came && !lost && rival.progress) {
    assert.deepEqual(state.progress && freshStart(state.progress), freshStart(rival.progress));
  }
  return came;
}

async function inSlotOf(directory: AccountDirectory, account: Account): Promise<AccountId[]> {
  const slot = slotOf(account.id, account.schedule, account.paused);
  return (await sorted(directory.inSlot(slot))).map(({ id }) => id).filter((id) => id === account.id);
}

test('a run that is refused between any two requests of a resumption waits, or is resumed whole', async () => {
  await using rig = await openDynamodbRig();
  for (let at = 1, came = true; came; at += 1) {
    const id = `resumed-${at}` as AccountId;
    using direct = rig.open({ direct: true });
    const theirs = handsOf(rig, direct);
    await theirs.directory.apply(changed(id, 1));
    await theirs.ledger.saveProgress(id, suspendedProgress(), undefined);
    let requests = 0;
    rig.proxy.faultOf = async () => {
      requests += 1;
      if (requests === at) await theirs.ledger.saveProgress(id, AFTER_CHANGES, undefined);
      return undefined;
    };
    await handsOf(rig).directory.resume(id);
    came = requests >= at;
    const { progress } = (await theirs.directory.view(id)).state;
    assert.equal(progress?.lastRunId, came ? AFTER_CHANGES.lastRunId : suspendedProgress().lastRunId);
    assert.equal(progress?.nextAttemptAt, undefined);
    const listed = (await sorted(theirs.directory.list())).find((account) => account.id === id);
    assert.ok(listed && listed.nextAttemptAt === undefined && listed.suspendedFor === undefined);
  }
});

test('a lost answer leaves every call with the outcome it had', async () => {
  await using rig = await openDynamodbRig();
  const { directory } = handsOf(rig);
  const losing = async <T>(call: () => Promise<T>): Promise<T> => {
    rig.proxy.faultOf = ({ operation }) => {
      if (operation !== 'UpdateItem') return undefined;
      rig.proxy.faultOf = () => undefined;
      return 'answer-lost';
    };
    return await call();
  };
  assert.equal(await losing(async () => await directory.apply(changed(ANN, 1))), 'created');
  assert.equal(await losing(async () => await directory.apply(changed(ANN, 2))), 'changed');
  assert.equal(await losing(async () => await directory.saveDrain(ANN, DRAIN, undefined)), 'saved');
  const next = { ...DRAIN, slice: 2 };
  assert.equal(await losing(async () => await directory.saveDrain(ANN, next, DRAIN)), 'saved');
  assert.equal(await losing(async () => await directory.saveDrain(ANN, undefined, next)), 'saved');
  assert.equal(await losing(async () => await directory.remove(ANN)), true);
});

test('a change or a removal that comes late a second time undoes nothing that came after it', async () => {
  await using rig = await openDynamodbRig();
  let now = 1_750_000_000_000;
  const directory = new DynamodbAccountDirectory(rig.table, () => (now += 1));
  const late = async (call: () => Promise<unknown>): Promise<void> => {
    let isLate = false;
    rig.proxy.faultOf = ({ operation }) => {
      if (isLate || operation !== 'UpdateItem') return undefined;
      isLate = true;
      return 'late';
    };
    await call();
    rig.proxy.faultOf = () => undefined;
    assert.ok(isLate);
  };
  await directory.apply(changed(ANN, 1));
  await late(async () => await directory.apply(changed(ANN, 2)));
  await directory.apply(changed(ANN, 1));
  assert.equal(await rig.proxy.deliverLate(), 1);
  assert.deepEqual((await directory.view(ANN)).applied?.account, changed(ANN, 1));

  await late(async () => await directory.remove(ANN));
  await directory.apply(changed(ANN, 1));
  assert.equal(await rig.proxy.deliverLate(), 1);
  assert.deepEqual((await directory.view(ANN)).applied?.account, changed(ANN, 1));
});
