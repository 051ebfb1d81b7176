// Keys are a format that other programs read: these strings may only change with a new version.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../lib/core/account.ts';
import { attachmentKey, parsedKey, rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate, Sha256 } from '../../lib/core/record.ts';

const account = 'ann-work' as AccountId;
const dt = '2026-02-03' as ArchiveDate;
const sha256 = '0123456789abcdef'.repeat(4) as Sha256;

test('message, document and attachment lie where the archive format says', () => {
  assert.equal(rawKey(account, dt, sha256), `raw/account=ann-work/dt=2026-02-03/${sha256}.eml`);
  assert.equal(parsedKey(account, dt, sha256), `parsed/v1/account=ann-work/dt=2026-02-03/${sha256}.json`);
  assert.equal(attachmentKey(account, sha256), `attachments/account=ann-work/${sha256}`);
});
