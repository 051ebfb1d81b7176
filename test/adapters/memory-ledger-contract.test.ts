// The ledger and lease that other tests use keep the promises of the ports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testLeaseContract } from '../contract/lease-contract.ts';
import { testLedgerContract } from '../contract/ledger-contract.ts';
import { acquired, refused, type OpenLedger } from '../contract/ledger-under-test.ts';
import { ANN } from '../contract/sample-records.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';

const open: OpenLedger = async ({ now }) => {
  const ledger = new MemoryLedger({ now });
  return { ledger, lease: ledger, [Symbol.asyncDispose]: async () => {} };
};

testLedgerContract('memory', open);
testLeaseContract('memory', open);

test('the lease of a dead owner is free at once', async () => {
  const dead = new Set<string>();
  const ledger = new MemoryLedger({ now: () => 0, isDeadOwner: (owner) => dead.has(owner) });
  const first = await acquired(ledger, ANN, 'one');
  await refused(ledger, ANN, 'two');
  dead.add('one');
  const second = await acquired(ledger, ANN, 'two');
  assert.ok(second.fence > first.fence);
});
