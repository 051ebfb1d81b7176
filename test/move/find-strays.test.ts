// Accounts that a move would pass over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findStrays } from '../../lib/move/find-strays.ts';
import { ANN, BOB } from '../contract/sample-records.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';

test('accounts with messages that are not moved are named, each once, and nothing else is', async () => {
  const blobs = new MemoryBlobStore();
  for (const key of [
    'raw/account=ann/dt=2025-01-02/1.eml',
    'raw/account=zoe/dt=2025-01-02/1.eml',
    'raw/account=former/dt=2025-01-02/1.eml',
    'raw/account=former/dt=2025-01-03/2.eml',
    'raw/account=No Account!/dt=2025-01-02/1.eml',
    'raw/notes.txt',
    'raw/account=file',
    'parsed/v1/account=parsed-only/dt=2025-01-02/1.json',
  ])
    blobs.plant(key, Buffer.from('x'));
  assert.deepEqual(await findStrays(blobs, [ANN, BOB]), ['former', 'zoe']);
  assert.deepEqual(await findStrays(new MemoryBlobStore(), []), []);
});
