// Names of exported files: the same for the same message, and known again in a Maildir that a mail program has used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawKeyParts } from '../../lib/core/keys.ts';
import type { ArchiveDate } from '../../lib/core/record.ts';
import { emlName, maildirName, parseMaildirName } from '../../lib/export/file-names.ts';
import { ANN } from '../contract/sample-records.ts';
import { sha256Of } from '../support/memory-blob-store.ts';

const sha256 = sha256Of(Buffer.from('a message'));

function message(dt: string): RawKeyParts {
  return { account: ANN, dt: dt as ArchiveDate, sha256 };
}

test('names are made of account, day and sha256', () => {
  assert.equal(emlName(message('2025-01-02')), `ann/2025-01-02-${sha256}.eml`);
  assert.equal(maildirName(message('2025-01-02')), `1735776000.${sha256}.ann`);
  assert.equal(maildirName(message('1901-01-02')), `0.${sha256}.ann`);
});

test('a name in a Maildir is known again with whatever a mail program puts behind it', () => {
  const name = maildirName(message('2025-01-02'));
  for (const suffix of ['', ':2,', ':2,FS', ',S=1024,W=1100:2,S', ',U=17:2,S'])
    assert.deepEqual(parseMaildirName(name + suffix), { account: 'ann', sha256 }, suffix);
});

test('other names are not taken for ours', () => {
  for (const name of [
    sha256,
    `1735776000.${sha256}`,
    `1735776000.${sha256.slice(1)}.ann`,
    `1735776000.${sha256.toUpperCase()}.ann`,
    `x1735776000.${sha256}.ann`,
    `1735776000.M1P2.host,S=1:2,`,
    '',
  ])
    assert.equal(parseMaildirName(name), undefined, name);
});
