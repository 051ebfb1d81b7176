// CAPA answers in any order and case.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
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

for (const row of ['+OK', '+OK logged in', '-ERR what', '-err', '+OK 2 120']) {
  test(`a row "${row}" is another answer, and the list is refused`, () => {
    assert.throws(
      () => parseCapabilities([Buffer.from('UIDL'), Buffer.from(row)]),
      (error) => error instanceof MailferryError && error.code === 'POP3_PROTOCOL',
    );
  });
}
