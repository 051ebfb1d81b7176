// What was opened is closed, the last first, and nothing is left open because something else failed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Closers } from '../../../lib/cli/open/closers.ts';

test('all is closed in reverse order, once, and the first failure is told at the end', async () => {
  const closed: string[] = [];
  const closers = new Closers();
  closers.add(() => void closed.push('ledger'));
  closers.add(async () => {
    closed.push('store');
    await Promise.reject(new Error('second'));
  });
  closers.add(() => {
    closed.push('pool');
    throw new Error('first');
  });
  await assert.rejects(closers.close(), /first/);
  assert.deepEqual(closed, ['pool', 'store', 'ledger']);
  await closers.close();
  assert.equal(closed.length, 3);
});
