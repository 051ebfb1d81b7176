// CAPA answers in any order and case.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCapabilities } from '../../../lib/core/pop3/capabilities.ts';

test('tags are upper case with their parameters, the first of two counts, and junk does no harm', () => {
  const rows = ['uidl', 'SASL PLAIN  LOGIN', 'Sasl CRAM-MD5', '', '   ', 'EXPIRENEVER', '20', ' Top '];
  assert.deepEqual(
    [...parseCapabilities(rows.map((row) => Buffer.from(row)))],
    [
      ['UIDL', []],
      ['SASL', ['PLAIN', 'LOGIN']],
      ['EXPIRENEVER', []],
      ['20', []],
      ['TOP', []],
    ],
  );
});
