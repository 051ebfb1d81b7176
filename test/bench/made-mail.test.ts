// The mailboxes of the benchmark: figures of different days and machines are only worth comparing over the same octets.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { madeMail, madeMessage, type Profile } from '../../bench/mailbox/made-mail.ts';

/** A change here makes every earlier figure incomparable: then docs/performance.md has to be measured again. */
const DIGESTS: readonly [Profile, string][] = [
  ['a', '0cf26faa0b5b7cfbb7aa70c7f1f65e65d7b55da138afcddf80697e85d135edc0'],
  ['b', '6231d5c314247a5fc3fc960caabd9619841886197409fb6704570b63a2d120fb'],
];
const COUNT = 60;

for (const [profile, digest] of DIGESTS) {
  void test(`mailbox ${profile} has the octets that it always had`, () => {
    const hash = createHash('sha256');
    for (const message of madeMail(profile, COUNT)) hash.update(message);
    assert.equal(hash.digest('hex'), digest);
  });
}

void test('a message is the same whether or not those before it are made', () => {
  const [, , third] = madeMail('a', 3);
  assert.deepEqual(madeMessage('a', 3), third);
  assert.notDeepEqual(madeMessage('a', 3), madeMessage('a', 4));
  assert.notDeepEqual(madeMessage('a', 3), madeMessage('a', 3, 1));
});

void test('every line of a message ends in CRLF, as it goes over the wire', () => {
  for (const message of [...madeMail('a', 20), ...madeMail('b', 20)]) {
    const text = message.toString('latin1');
    assert.ok(text.endsWith('\r\n'));
    assert.doesNotMatch(text, /[^\r]\n|\r[^\n]/);
  }
});

void test('mailbox a has what makes mail hard: dots at line starts, charsets, encodings, nesting', () => {
  const all = Buffer.concat([...madeMail('a', COUNT)]).toString('latin1');
  const marks = [
    '\r\n.',
    'charset=koi8-r',
    'quoted-printable',
    'base64',
    '8bit',
    'multipart/related',
    '=?utf-8?B?',
  ];
  for (const mark of marks) assert.ok(all.includes(mark), mark);
});
