// Keys are a format that other programs read: these strings may only change with a new version.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AccountId } from '../../lib/core/account.ts';
import { attachmentKey, parsedKey, parseRawKey, rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate, Sha256 } from '../../lib/core/record.ts';

const account = 'ann-work' as AccountId;
const dt = '2026-02-03' as ArchiveDate;
const sha256 = '0123456789abcdef'.repeat(4) as Sha256;

test('message, document and attachment lie where the archive format says', () => {
  assert.equal(rawKey(account, dt, sha256), `raw/account=ann-work/dt=2026-02-03/${sha256}.eml`);
  assert.equal(parsedKey(account, dt, sha256), `parsed/v1/account=ann-work/dt=2026-02-03/${sha256}.json`);
  assert.equal(attachmentKey(account, sha256), `attachments/account=ann-work/${sha256}`);
});

test('a raw key gives back what it was made of', () => {
  const day = fc
    .date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString().slice(0, 10) as ArchiveDate);
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map((text) => text as AccountId);
  const hash = fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => text as Sha256);
  fc.assert(
    fc.property(id, day, hash, (account, dt, sha256) => {
      assert.deepEqual(parseRawKey(rawKey(account, dt, sha256)), { account, dt, sha256 });
    }),
  );
});

test('what is read as a raw key is that very key, and one that is changed anywhere is none or another', () => {
  const key = rawKey(account, dt, sha256);
  fc.assert(
    fc.property(
      fc.nat(key.length),
      fc.nat(2),
      fc.string({ unit: 'binary-ascii', maxLength: 3 }),
      (at, cut, put) => {
        const changed = key.slice(0, at) + put + key.slice(at + cut);
        const parts = parseRawKey(changed);
        if (parts !== undefined) assert.equal(rawKey(parts.account, parts.dt, parts.sha256), changed);
      },
    ),
    { numRuns: 2000 },
  );
});

test('keys that look like raw keys and are none', () => {
  const key = rawKey(account, dt, sha256);
  for (const other of [
    '',
    ` ${key}`,
    `${key}\n`,
    `/${key}`,
    `mail/${key}`,
    key.toUpperCase(),
    key.replace('raw/', 'parsed/v1/'),
    key.replace('ann-work', ''),
    key.replace('ann-work', '-ann'),
    key.replace('ann-work', 'ann/work'),
    key.replace('ann-work', 'a'.repeat(64)),
    key.replace('ann-work', 'ann\n'),
    key.replace('02-03', '02-30'),
    key.replace('02-03', '2-03'),
    key.replace('2026', '0000'),
    key.replace('2026', '12026'),
    key.replace('0123', '012G'),
    key.replace('0123', '012'),
    key.replace('.eml', ''),
    key.replace('.eml', 'xeml'),
  ])
    assert.equal(parseRawKey(other), undefined, JSON.stringify(other));
});
