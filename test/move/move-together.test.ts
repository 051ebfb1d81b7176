// A move and those who work on the same account at the same time, or did in the target before: leases, a target with a past
// of its own, an interruption.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE_MS } from '../../lib/core/limits.ts';
import type { MessageRecord, StoredRecord } from '../../lib/core/record.ts';
import { moveAccount } from '../../lib/move/move-account.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import type { MovePorts } from '../../lib/move/move-ports.ts';
import { accountProgress, ANN, failedRecord, runRecord, uidlOf } from '../contract/sample-records.ts';
import { assertMoved, fillSource, keyOf, move, NOW, portsBetween, RUN_IDS, TestPlace } from './two-places.ts';

interface Scene {
  readonly source: TestPlace;
  readonly target: TestPlace;
  readonly ports: MovePorts;
}

async function scene(): Promise<Scene> {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await fillSource(source);
  return { source, target, ports: portsBetween(source, target) };
}

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

test('a target that has worked on the account by itself is left as it is', async () => {
  const { source, target, ports } = await scene();
  await target.ledger.recordRun(runRecord('01JH0000000000000000000009'));
  const before = await target.snapshot();
  await assert.rejects(move(ports), { code: 'MOVE_REFUSED' });
  assert.deepEqual(await target.snapshot(), before);
  for (const { ledger } of [source, target]) assert.equal((await ledger.state(ANN)).lease, undefined);
});

test('an old source is not moved over what the target has made of it since; back from there is', async () => {
  const { source, target, ports } = await scene();
  await move(ports);
  await target.ledger.recordRun(runRecord('01JK0000000000000000000001'));
  await target.ledger.saveProgress(
    ANN,
    accountProgress({ lastRunId: '01JK0000000000000000000001' }),
    undefined,
  );
  await assert.rejects(move(ports), { code: 'MOVE_REFUSED' });
  assert.ok(isComplete(await move(portsBetween(target, source))));
  await assertMoved(target, source);
});

test('what the target had recorded itself, without a whole run, keeps its first sight; the rest is taken over', async () => {
  const { source, target, ports } = await scene();
  const mark = { kind: 'deleted', at: NOW, runId: 'run-5' } as const;
  const theirs: Partial<StoredRecord> = { firstSeen: 5, runId: 'of the target', listedOctets: undefined };
  const byHeader = await source.store('proven there', { identifiedBy: 'header', mark });
  await target.store('message 0', theirs);
  await target.store('proven there', theirs);
  await target.store('only in the target', theirs);
  await target.store('stored there', { ...theirs, uidl: uidlOf('failed') });
  const report = await move(ports);
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.records, { listed: 19, copied: 16, present: 0, kept: 3, lost: 1, different: 0 });
  const records = await target.records();
  const find = (uidl: string): MessageRecord | undefined => records.find((record) => record.uidl === uidl);
  const own = { firstSeen: 5, runId: 'of the target' };
  assert.deepEqual(find('uidl of proven there'), { ...byHeader, ...own, identifiedBy: 'octets' });
  assert.equal(find('failed')?.state, 'stored');
  assert.ok(find('uidl of only in the target'));
  const { listedOctets, firstSeen } = find('uidl of message 0') as StoredRecord;
  assert.deepEqual([listedOctets, firstSeen], ['message 0'.length + 1, 5]);

  const again = await move(ports);
  assert.deepEqual(again.records, { listed: 19, copied: 0, present: 16, kept: 3, lost: 1, different: 0 });
  assert.deepEqual(await target.records(), records);
});

test('without UIDL too, what the target had recorded itself keeps its first sight', async () => {
  const { target, ports } = await scene();
  await target.store('nameless one', { uidl: uidlOf(''), firstSeen: 5 });
  const report = await move(ports);
  assert.deepEqual(report.problems, []);
  assert.equal(report.records.kept, 1);
});

test('a failure without UIDL gives way to what the target has stored without one', async () => {
  const [source, target] = [new TestPlace(), new TestPlace()];
  await source.ledger.commit(ANN, failedRecord(uidlOf('')));
  await target.store('nameless', { uidl: uidlOf('') });
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
