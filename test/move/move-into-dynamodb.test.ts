// A move into a table in which somebody else has a say: an account that was applied there since the source's last run.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ulid } from 'ulid';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { freshStart } from '../../lib/core/fresh-start.ts';
import { isComplete } from '../../lib/move/move-report.ts';
import { accountProgress, ANN, runRecord } from '../contract/sample-records.ts';
import { accountAt } from '../session/session-under-test.ts';
import { openTestTable, startDynalite } from '../support/dynalite.ts';
import { move, NOW, portsBetween, TestPlace } from './two-places.ts';

let server: Awaited<ReturnType<typeof startDynalite>>;
before(async () => {
  server = await startDynalite();
});
after(async () => {
  await server[Symbol.asyncDispose]();
});

test('an account that waits after a failure, and was applied in the target since, is moved, and waits there no more', async () => {
  using table = openTestTable(server.port);
  const source = new TestPlace();
  await source.store('one');
  const runId = ulid(NOW - 3_600_000);
  await source.ledger.recordRun(runRecord(runId));
  const progress = accountProgress({ lastRunId: runId, failures: 1, nextAttemptAt: NOW + 60_000 });
  await source.ledger.saveProgress(ANN, progress, undefined);
  const [ledger, lease] = [new DynamodbLedger(table, () => NOW), new DynamodbLease(table, () => NOW)];
  const directory = new DynamodbAccountDirectory(table, () => NOW - 60_000);
  await directory.apply({ ...accountAt(110), id: ANN, paused: true });
  const ports = portsBetween(source, new TestPlace());
  let saved = 0;
  const saveProgress = ledger.saveProgress.bind(ledger);
  ledger.saveProgress = async (...written) => {
    saved += 1;
    return await saveProgress(...written);
  };
  for (let moves = 0; moves < 2; moves += 1) {
    const report = await move({ ...ports, target: { ...ports.target, ledger, lease } });
    assert.ok(isComplete(report));
    assert.deepEqual((await ledger.state(ANN)).progress, freshStart(progress));
  }
  assert.equal(saved, 1, 'what is there is not written again');
});
