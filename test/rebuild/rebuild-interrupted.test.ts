// A rebuilding beside others, interrupted, and dying at every step.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawKey } from '../../lib/core/keys.ts';
import { LEASE_MS } from '../../lib/core/limits.ts';
import { rebuildAccount } from '../../lib/rebuild/rebuild-account.ts';
import type { RebuildPorts } from '../../lib/rebuild/rebuild-ports.ts';
import { accountProgress, ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { Crash, stepped, Steps } from '../support/stepped-port.ts';
import { importedAndLost } from './lost-ledger.ts';

test('while a run works on the account nothing is rebuilt', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  await lost.ledger.acquire(ANN, 'host/7/a-run', 600_000);
  await assert.rejects(lost.rebuild(), { code: 'LEASE_HELD' });
  assert.deepEqual(await lost.records(), []);
});

test('the lease is renewed as the rebuilding goes on, and one that is lost ends it', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  const renew = lost.ledger.renew.bind(lost.ledger);
  let renewed = 0;
  lost.ledger.renew = async (hold, durationMs) => {
    renewed += 1;
    await renew(hold, durationMs);
  };
  let now = 0;
  const ports = { ...lost.ports(), now: () => (now += LEASE_MS / 10) };
  const options = { dryRun: false, stop: new AbortController().signal };
  await rebuildAccount(ANN, ports, options);
  assert.ok(renewed > 0);
  lost.ledger = lost.newLedger();
  lost.ledger.renew = async () => {
    throw Object.assign(new Error('lost'), { code: 'LEASE_LOST' });
  };
  const anew = { ...lost.ports(), now: () => (now += LEASE_MS / 10) };
  await assert.rejects(rebuildAccount(ANN, anew, options), { code: 'LEASE_LOST' });
});

test('the next import looks at the whole listing again, whatever was settled before', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  const settled = { digest: 'of a listing', known: 5, skipped: 0, until: Date.UTC(2027, 0), fence: 0 };
  const progress = accountProgress({ settled });
  await lost.ledger.saveProgress(ANN, progress, undefined);
  await lost.rebuild();
  assert.deepEqual((await lost.ledger.state(ANN)).progress, { ...progress, settled: undefined });
});

test('a rebuilding that is asked to stop ends soon, and is gone on with', async () => {
  const { lost, before } = await importedAndLost();
  await using _ = lost;
  const stop = new AbortController();
  stop.abort();
  await assert.rejects(rebuildAccount(ANN, lost.ports(), { dryRun: false, stop: stop.signal }), {
    code: 'INTERRUPTED',
  });
  assert.equal((await lost.ledger.state(ANN)).lease, undefined);
  await lost.rebuild();
  assert.deepEqual(await lost.records(), before);
});

test('other accounts stay unread', async () => {
  const { lost } = await importedAndLost();
  await using _ = lost;
  const { dt, sha256 } = storedRecord(uidlOf('x'));
  lost.blobs.plant(rawKey('anna' as typeof ANN, dt, sha256), Buffer.from('content'));
  assert.equal((await lost.rebuild()).counts.objects, 5);
});

for (const moment of ['before', 'after'] as const) {
  test(`a rebuilding that dies ${moment} the effect of any step is finished by the next one`, async () => {
    const { lost, before } = await importedAndLost();
    await using _ = lost;
    const { signal } = new AbortController();
    const rebuild = async (steps: Steps): Promise<void> => {
      const ports = lost.ports();
      const dying: RebuildPorts = {
        ...ports,
        ownerName: 'dead',
        blobs: stepped(ports.blobs, steps),
        ledger: stepped(ports.ledger, steps),
        lease: stepped(ports.lease, steps),
        openRaw: async (key) => await steps.take(async () => await ports.openRaw(key)),
      };
      await rebuildAccount(ANN, dying, { dryRun: false, stop: signal });
    };
    const counted = new Steps(Number.POSITIVE_INFINITY, moment);
    await rebuild(counted);
    assert.ok(counted.taken > 20);
    for (let last = 1; last <= counted.taken; last += 1) {
      lost.ledger = lost.newLedger();
      await assert.rejects(rebuild(new Steps(last, moment)), Crash);
      await lost.rebuild();
      assert.deepEqual(await lost.records(), before, `step ${last}`);
    }
  });
}
