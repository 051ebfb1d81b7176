// What every AccountDirectory promises of accounts put there, changed and removed.

import assert from 'node:assert/strict';
import { NEW_ACCOUNT_STATE } from '../../lib/core/account-state.ts';
import { PAUSED_SLOT, slotOf } from '../../lib/core/schedule.ts';
import { sorted, wellProgress } from './account-directory-under-test.ts';
import type { DirectoryCheck } from './account-directory-under-test.ts';
import { acquired } from './ledger-under-test.ts';
import { accountsOfEveryKind, sampleAccount } from './sample-accounts.ts';
import { ANN, BOB, storedRecord, uidlOf } from './sample-records.ts';

const NOTHING = {
  applied: undefined,
  state: NEW_ACCOUNT_STATE,
  drain: undefined,
  announcedRunId: undefined,
};

export function testApply(check: DirectoryCheck): void {
  testReading(check);
  testRemoval(check);
  testRaces(check);
}

function testReading(check: DirectoryCheck): void {
  check('an account nobody applied and nobody ran shows nothing', async ({ directory }) => {
    assert.deepEqual(await directory.view(ANN), NOTHING);
    assert.deepEqual(await sorted(directory.list()), []);
  });

  check('an account is read exactly as it was applied, of every kind', async ({ directory, clock }) => {
    let outcome = 'created';
    for (const account of accountsOfEveryKind()) {
      clock.nowMs += 1;
      assert.equal(await directory.apply(account), outcome);
      const applied = { account, appliedAt: clock.nowMs };
      assert.deepEqual(await directory.view(ANN), { ...NOTHING, applied });
      outcome = 'changed';
    }
    assert.deepEqual(await directory.view(BOB), NOTHING);
  });

  check('an account that is applied again as it is stays as it is', async ({ directory, clock }) => {
    for (const account of accountsOfEveryKind()) {
      await directory.apply(account);
      const before = await directory.view(ANN);
      clock.nowMs += 1000;
      assert.equal(await directory.apply(structuredClone(account)), 'unchanged');
      assert.deepEqual(await directory.view(ANN), before);
    }
  });

  check('an account that names a file is refused, and not there', async ({ directory }) => {
    const account = sampleAccount({ caFile: '/etc/ssl/ann.pem' });
    await assert.rejects(directory.apply(account), { code: 'CONFIG_INVALID', retryable: false });
    assert.deepEqual(await directory.view(ANN), NOTHING);
    assert.deepEqual(await sorted(directory.list()), []);
  });

  check('the view shows the state that the ledger has', async ({ directory, ledger, lease }) => {
    await directory.apply(sampleAccount());
    const hold = await acquired(lease, ANN, 'host/1/run');
    await ledger.setDeletionsUnsettled(hold, true);
    await ledger.saveProgress(ANN, wellProgress(), hold);
    assert.deepEqual((await directory.view(ANN)).state, await ledger.state(ANN));
    assert.deepEqual((await ledger.state(ANN)).progress, wellProgress());
  });
}

function testRemoval(check: DirectoryCheck): void {
  check('removing tells whether it was there, and leaves what the ledger knows', async (subject) => {
    const { directory, ledger } = subject;
    await ledger.commit(ANN, storedRecord(uidlOf('a uidl')));
    await ledger.saveProgress(ANN, wellProgress(), undefined);
    assert.equal(await directory.remove(ANN), false);
    await directory.apply(sampleAccount());
    assert.equal(await directory.remove(ANN), true);
    assert.equal(await directory.remove(ANN), false);

    const { applied, state } = await directory.view(ANN);
    assert.equal(applied, undefined);
    assert.deepEqual(state.progress?.lastRunId, wellProgress().lastRunId);
    assert.equal((await ledger.find(ANN, [uidlOf('a uidl')])).size, 1);
    assert.deepEqual(await sorted(directory.list()), []);
    assert.deepEqual(await sorted(directory.inSlot(slotOf(ANN, { everyMinutes: 15 }, false))), []);
  });

  check('an account that was removed can be created again', async ({ directory, clock }) => {
    await directory.apply(sampleAccount());
    await directory.remove(ANN);
    clock.nowMs += 1;
    assert.equal(await directory.apply(sampleAccount()), 'created');
    const applied = { account: sampleAccount(), appliedAt: clock.nowMs };
    assert.deepEqual((await directory.view(ANN)).applied, applied);
    assert.equal((await sorted(directory.list())).length, 1);
  });

  check('an account with runs that nobody applied is in no slot and in no list', async (subject) => {
    await subject.ledger.saveProgress(ANN, wellProgress(), undefined);
    await subject.directory.resume(ANN);
    assert.equal((await subject.directory.view(ANN)).applied, undefined);
    assert.deepEqual(await sorted(subject.directory.list()), []);
    assert.deepEqual(await sorted(subject.directory.inSlot(PAUSED_SLOT)), []);
  });
}

function testRaces(check: DirectoryCheck): void {
  check('of many who apply at once one comes last, and nothing is a mixture', async ({ directory }) => {
    const ports = Array.from({ length: 8 }, (_, index) => 1000 + index);
    const rival = (port: number) =>
      sampleAccount({ port, user: `user-${port}`, schedule: { everyMinutes: port } });
    const outcomes = await Promise.all(ports.map(async (port) => await directory.apply(rival(port))));
    assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === 'changed').length, 7);
    const { applied } = await directory.view(ANN);
    assert.ok(applied);
    assert.deepEqual(applied.account, rival(applied.account.port));
    const [listed, ...others] = await sorted(directory.list());
    assert.deepEqual(others, []);
    assert.equal(listed?.slot, slotOf(ANN, applied.account.schedule, false));
    assert.equal((await directory.schedules()).length, 8);
  });

  check('a run’s lease and fence are none of a change’s business', async ({ directory, ledger, lease }) => {
    const hold = await acquired(lease, ANN, 'host/1/run');
    await directory.apply(sampleAccount());
    await directory.apply(sampleAccount({ port: 1 }));
    await directory.resume(ANN);
    await directory.remove(ANN);
    await lease.renew(hold, 1000);
    assert.equal(await ledger.setDeletionsUnsettled(hold, true), 'saved');
    assert.equal(await ledger.saveProgress(ANN, wellProgress(), hold), 'saved');
    assert.equal((await ledger.state(ANN)).lease?.owner, 'host/1/run');
  });
}
