// A key of the catalog is read as it was made, and nothing else is taken for one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../../lib/core/account.ts';
import { catalogKey, parseCatalogKey, placeOf } from '../../../lib/core/catalog/catalog-key.ts';
import { rowOf } from './row-of.ts';

const FILE = { account: 'ann' as AccountId, ingestDt: '2026-01-02', name: 'a-1' };

test('a key is read as it was made', () => {
  for (const form of ['ndjson', 'parquet'] as const) {
    assert.deepEqual(parseCatalogKey(catalogKey({ ...FILE, form })), { ...FILE, form });
  }
  assert.equal(
    catalogKey({ ...FILE, form: 'ndjson' }),
    'catalog/v1/account=ann/ingest_dt=2026-01-02/a-1.ndjson.gz',
  );
});

test('no key of mail or of documents is one of the catalog, nor one that leads elsewhere', () => {
  const key = catalogKey({ ...FILE, form: 'ndjson' });
  for (const other of [
    key.replace('catalog/', 'raw/'),
    key.replace('catalog/v1', 'catalog/v2'),
    key.replace('catalog/v1', 'catalog-parquet/v1'),
    key.replace('a-1', '../a'),
    key.replace('a-1', ''),
    key.replace('ann', '..'),
    key.replace('2026-01-02', '2026-1-2'),
    `x/${key}`,
    `${key}x`,
    rowOf('x').raw_key,
    rowOf('x').parsed_key,
  ])
    assert.equal(parseCatalogKey(other), undefined, other);
});

test('a row belongs to the account and the day that it says, and to a fixed one if it says no day', () => {
  assert.deepEqual(placeOf(rowOf('x')), { account: 'billing', ingestDt: '2024-01-02' });
  for (const fetched_at of ['', '+012024-01-01T00:00:00Z', '../../../../x'])
    assert.equal(placeOf(rowOf('x', { fetched_at })).ingestDt, '1970-01-01');
});
