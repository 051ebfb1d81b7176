// A move and those who work on the same account at the same time, or did in the target before: leases, a target with a past
// of its own, an interruption.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { LEASE_MS } from '../../lib/core/limits.ts';
import type { StoredRecord } from '../../lib/core/record.ts';
import { moveAccount } from '../../lib/move/move-account.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import { accountProgress, ANN, failedRecord, runRecord, uidlOf } from '../contract/sample-records.ts';
import { scene } from './scene.ts';
import { assertMoved, keyOf, move, NOW, portsBetween, RUN_IDS, TestPlace } from './two-places.ts';

for (const busy of ['source', 'target'] as const) {
  test(`while a run works on the account in the ${busy} nothing is moved, and no lease is kept`, async () => {
    const { source, target, ports } = await scene();
    const places = { source, target };
    const before = await target.snapshot();
    await places[busy].ledger.acquire(ANN, 'host/7/a-run', 60_000);
    await assert.rejects(move(ports), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'LEASE_HELD');
      assert.match(error.message, new RegExp(`host/7/a-run.* in the ${busy} of the move`));
      return true;
    });
    assert.deepEqual(await target.snapshot(), before);
    const other = busy === 'source' ? target : source;
    assert.equal((await other.ledger.state(ANN)).lease, undefined);
  });

  test(`while a move goes on no run gets the lease in the ${busy}`, async () => {
    const { source, target, ports } = await scene();
    const tried: unknown[] = [];
    const recordRun = target.ledger.recordRun.bind(target.ledger);
    target.ledger.recordRun = async (run) => {
      tried.push(await { source, target }[busy].ledger.acquire(ANN, 'host/7/a-run', 60_000));
      await recordRun(run);
    };
    await move(ports);
    assert.equal(tried.length, RUN_IDS.length);
    for (const answer of tried) assert.ok(typeof answer === 'object' && answer && 'heldBy' in answer);
  });

  test(`a move whose lease in the ${busy} is lost ends, and writes no progress`, async () => {
    const { source, target, ports } = await scene();
    const { ledger } = { source, target }[busy];
    let now = NOW;
    const recordRun = target.ledger.recordRun.bind(target.ledger);
    target.ledger.recordRun = async (run) => {
      const { lease } = await ledger.state(ANN);
      assert.ok(lease);
      // As if it had stood still for so long that another took over.
      now += LEASE_MS;
      ledger.renew = async (hold) => {
        throw Object.assign(new Error(`lost: ${hold.owner}`), { code: 'LEASE_LOST' });
      };
      await recordRun(run);
    };
    await assert.rejects(move({ ...ports, now: () => now }), { code: 'LEASE_LOST' });
    assert.equal((await target.ledger.state(ANN)).progress, undefined);
  });
}

test('a move that has lost the source in the end is none, even if it has the target', async () => {
  const { source, ports } = await scene();
  source.ledger.renew = async (hold) => {
    throw Object.assign(new Error(`lost: ${hold.owner}`), { code: 'LEASE_LOST' });
  };
  await assert.rejects(move(ports), { code: 'LEASE_LOST' });
});

test('both leases are renewed as the move goes on, and not with every step', async () => {
  const { source, target, ports } = await scene();
  let now = NOW;
  const renewed = { source: 0, target: 0 };
  for (const [place, { ledger }] of Object.entries({ source, target })) {
    const renew = ledger.renew.bind(ledger);
    ledger.renew = async (hold, durationMs) => {
      renewed[place as keyof typeof renewed] += 1;
      assert.equal(durationMs, LEASE_MS);
      await renew(hold, durationMs);
    };
  }
  await move({ ...ports, now: () => (now += LEASE_MS / 60) });
  assert.equal(renewed.source, renewed.target);
  assert.ok(renewed.source > 3 && renewed.source < 60, `${renewed.source} times`);
});

test('a move that is asked to stop ends soon, gives the leases back, and goes on where it stopped', async () => {
  const { source, target, ports } = await scene();
  const stop = new AbortController();
  let done = 0;
  const observer = { done: () => void ((done += 1) === 20 && stop.abort()) };
  await assert.rejects(moveAccount(ANN, ports, { stop: stop.signal, observer }), { code: 'INTERRUPTED' });
  assert.ok(target.blobs.writes.length >= 20 && target.blobs.writes.length < 40);
  for (const { ledger } of [source, target]) assert.equal((await ledger.state(ANN)).lease, undefined);
  const written = target.blobs.writes.length;
  const report = await move(ports);
  assert.ok(isComplete(report));
  const copied = Object.values(report.objects).reduce((sum, counts) => sum + counts.copied, 0);
  assert.equal(copied + written, target.blobs.writes.length);
  await assertMoved(source, target);
});

test('what the target has recorded by itself stays as it is, and what it has not is added', async () => {
  const { source, target, ports } = await scene();
  const mark = { kind: 'deleted', at: NOW, runId: 'run-5' } as const;
  const theirs: Partial<StoredRecord> = {
    firstSeen: 5,
    runId: 'of the target',
    listedOctets: undefined,
    mark,
  };
  await source.store('proven there', { identifiedBy: 'header' });
  for (const content of ['message 0', 'proven there', 'only in the target'])
    await target.store(content, theirs);
  await target.store('nameless one', { ...theirs, uidl: uidlOf('') });
  await target.store('stored there', { ...theirs, uidl: uidlOf('failed') });
  const before = await target.records();
  const report = await move(ports);
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.records, { listed: 19, copied: 15, present: 0, kept: 4, lost: 1, different: 0 });
  const records = await target.records();
  for (const record of before)
    assert.ok(
      records.some((other) => isDeepStrictEqual(other, record)),
      record.uidl,
    );
  assert.equal(records.length, 15 + before.length);

  const again = await move(ports);
  assert.deepEqual(again.records, { listed: 19, copied: 0, present: 15, kept: 4, lost: 1, different: 0 });
  assert.deepEqual(await target.records(), records);
});

test('an old source moved over what the target has made of it since changes nothing of that; back from there all comes', async () => {
  const { source, target, ports } = await scene();
  await move(ports);
  const deleted = { kind: 'deleted', at: NOW, runId: '01JK0000000000000000000001' } as const;
  const settled = { digest: 'of a listing', known: 5, skipped: 1, until: NOW + 1000, fence: 0 };
  const [, ...some] = (await target.records()).filter((record) => record.state === 'stored');
  await target.ledger.mark(ANN, some, deleted);
  await target.ledger.commit(ANN, failedRecord(uidlOf('skipped'), { attempts: 2 }));
  await target.store('fetched there');
  await target.ledger.recordRun(runRecord('01JK0000000000000000000001'));
  const progress = accountProgress({ lastRunId: '01JK0000000000000000000001', settled });
  await target.ledger.saveProgress(ANN, progress, undefined);
  const records = await target.records();
  // The source goes on as well, and its runs come after.
  await source.store('came to the source meanwhile');
  await source.ledger.recordRun(runRecord('01JK0000000000000000000002'));
  for (const copied of [1, 0]) {
    const report = await move(ports);
    assert.ok(isComplete(report) && report.isTargetAhead);
    assert.equal(report.records.copied, copied);
    const there = await target.records();
    for (const record of records)
      assert.ok(
        there.some((other) => isDeepStrictEqual(other, record)),
        record.uidl,
      );
    assert.equal(there.length, records.length + 1);
    // But for the listing, which is looked at again.
    assert.deepEqual((await target.ledger.state(ANN)).progress, { ...progress, settled: undefined });
  }
  const back = await move(portsBetween(target, source));
  assert.ok(isComplete(back) && !back.isTargetAhead);
  await assertMoved(target, source);
});

test('runs that the source has forgotten are none that the target made by itself', async () => {
  const { source, target, ports } = await scene();
  await target.ledger.recordRun(runRecord('01JG0000000000000000000001'));
  const report = await move(ports);
  assert.deepEqual([report.isTargetAhead, isComplete(report)], [false, true]);
  assert.deepEqual((await target.ledger.state(ANN)).progress?.lastRunId, RUN_IDS[1]);
  assert.equal((await source.ledger.runs(ANN, 10)).length, 2);
});

test('a failure without UIDL gives way to what the target has stored without one', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  const { firstSeen, runId } = await target.store('nameless', { uidl: uidlOf('') });
  await source.ledger.commit(ANN, failedRecord(uidlOf(''), { firstSeen, runId }));
  const report = await move(portsBetween(source, target));
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.records, { listed: 1, copied: 0, present: 0, kept: 1, lost: 0, different: 0 });
});

test('deletions that the target has not settled stay unsettled', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await source.store('a message');
  const hold = await target.ledger.acquire(ANN, 'a run that died', 1);
  assert.ok('fence' in hold);
  await target.ledger.setDeletionsUnsettled(hold, true);
  await target.ledger.release(hold);
  assert.ok(isComplete(await move(portsBetween(source, target))));
  assert.equal((await target.ledger.state(ANN)).deletionsUnsettled, true);
});

test('no mark of a deletion under way is in the target before the account says that there are some', async () => {
  const { target, ports } = await scene();
  const commit = target.ledger.commit.bind(target.ledger);
  const flags = new Set<boolean>();
  target.ledger.commit = async (account, record) => {
    flags.add((await target.ledger.state(ANN)).deletionsUnsettled);
    return await commit(account, record);
  };
  await move(ports);
  assert.deepEqual([...flags], [true]);
});

test('no record is in the target before its message is', async () => {
  const { target, ports } = await scene();
  const commit = target.ledger.commit.bind(target.ledger);
  let commits = 0;
  target.ledger.commit = async (account, record) => {
    if (record.state === 'stored') assert.ok(target.blobs.peek(keyOf(record)), record.uidl);
    commits += 1;
    return await commit(account, record);
  };
  await move(ports);
  assert.equal(commits, 18);
});
