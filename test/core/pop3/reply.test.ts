// What counts as success, what as refusal, and what as a stream that cannot be trusted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
import { parseReply } from '../../../lib/core/pop3/reply.ts';
import type { Reply } from '../../../lib/core/pop3/reply.ts';

function parse(line: string): Reply {
  return parseReply(Buffer.from(line, 'latin1'));
}

const REPLIES: readonly [
  line: string,
  status: Reply['status'],
  responseCode: string | undefined,
  text: string,
][] = [
  ['+OK', 'ok', undefined, ''],
  ['+ok ready', 'ok', undefined, 'ready'],
  ['+OK 3 messages', 'ok', undefined, '3 messages'],
  ['+OK\tready', 'ok', undefined, 'ready'],
  ['-ERR', 'error', undefined, ''],
  ['-err no', 'error', undefined, 'no'],
  ['-ERR [in-use] locked', 'error', 'IN-USE', '[in-use] locked'],
  ['-ERR [SYS/TEMP] later', 'error', 'SYS/TEMP', '[SYS/TEMP] later'],
  ['-ERR [not a code] no', 'error', undefined, '[not a code] no'],
  ['+', 'continue', undefined, ''],
  ['+ challenge', 'continue', undefined, 'challenge'],
  ['+ERR wrong password', 'error', undefined, 'wrong password'],
  ['+OKAY', 'error', undefined, ''],
  ['+OK.', 'error', undefined, ''],
  ['-OK', 'error', undefined, ''],
];

for (const [line, status, responseCode, text] of REPLIES) {
  test(`"${line}" is ${status}, with the response code ${responseCode ?? 'left out'}`, () => {
    const reply = parse(line);
    assert.equal(reply.status, status);
    assert.equal(reply.responseCode, responseCode);
    assert.equal(reply.text, text);
  });
}

for (const line of [
  '',
  ' +OK',
  'OK',
  '220 smtp ready',
  '* OK imap',
  'Subject: x',
  '.',
  '\x16\x03\x01',
  '\xff+OK',
]) {
  test(`${JSON.stringify(line)} is no answer at all`, () => {
    assert.throws(
      () => parse(line),
      (error) =>
        error instanceof MailferryError && error.code === 'POP3_PROTOCOL' && error.scope === 'session',
    );
  });
}

test('what the server says is made safe to print and cut', () => {
  assert.equal(parse('-ERR a\x1b[31m\x00\xe9\rb').text, 'a?[31m???b');
  assert.ok(parse(`-ERR ${'x'.repeat(5000)}`).text.length <= 203);
  assert.throws(
    () => parse(`\x1b[2J${'y'.repeat(5000)}`),
    (error) =>
      error instanceof MailferryError && error.message.length < 400 && !error.message.includes('\x1b'),
  );
});
