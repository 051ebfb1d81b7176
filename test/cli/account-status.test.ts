// What is told of an account's last success never says more than the ledger knows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAccountStatus } from '../../lib/cli/account-status.ts';
import { accountProgress, ANN } from '../contract/sample-records.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';

const NOW = Date.UTC(2026, 10, 23);
const MINUTE_MS = 60_000;

/** @param age minutes since the mark of the last success */
async function isStale(age: number, staleAfterMinutes: number): Promise<boolean> {
  const ledger = new MemoryLedger({ now: () => NOW, isDeadOwner: () => false });
  const lastSuccessAt = NOW - age * MINUTE_MS;
  await ledger.saveProgress(ANN, accountProgress({ lastSuccessAt }), undefined);
  const rules = { now: NOW, staleAfterMs: staleAfterMinutes * MINUTE_MS, leaseInForce: () => undefined };
  return (await readAccountStatus(ANN, ledger, rules)).isStale;
}

test('an account that polls are quiet on is not stale while its mark is not due to be renewed', async () => {
  assert.equal(await isStale(59, 30), false, 'a quiet poll a minute ago would have left the mark as it is');
  assert.equal(await isStale(75, 20), false, 'and one 16 minutes ago too');
});

test('an account is stale once there was certainly no success for so long', async () => {
  assert.equal(await isStale(90, 30), false);
  assert.equal(await isStale(91, 30), true);
  assert.equal(await isStale(24 * 60 + 61, 24 * 60), true);
});

test('a success far in the future, by a wrong clock, proves nothing', async () => {
  assert.equal(await isStale(-24 * 60, 30), true);
});
