// Commands as octets: nothing that could hide a second command gets through, and no secret gets out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
import { encodeCommand } from '../../../lib/core/pop3/command.ts';

function refusal(argument: string): MailferryError {
  try {
    encodeCommand('PASS', argument);
  } catch (error) {
    if (error instanceof MailferryError) return error;
    throw error;
  }
  throw new Error('the command was not refused');
}

test('a command is its keyword, one space, its argument and CRLF', () => {
  assert.equal(Buffer.from(encodeCommand('QUIT')).toString(), 'QUIT\r\n');
  assert.equal(Buffer.from(encodeCommand('RETR', 12)).toString(), 'RETR 12\r\n');
});

test('a password keeps its spaces, and other letters go as UTF-8', () => {
  const expected = Buffer.from('PASS  p\u00e4ss w\u00f6rd \r\n', 'utf8');
  assert.ok(expected.equals(encodeCommand('PASS', ' p\u00e4ss w\u00f6rd ')));
});

for (const character of ['\r', '\n', '\r\n', '\0', '\t', '\x1b', '\x7f']) {
  test(`${JSON.stringify(character)} in an argument is refused, and the argument is not shown`, () => {
    const error = refusal(`hunter2${character}DELE 1`);
    assert.equal(error.code, 'POP3_COMMAND_INVALID');
    assert.equal(error.scope, 'account');
    const shown = `${error.message} ${error.hint} ${error.stack} ${JSON.stringify(error)}`;
    assert.doesNotMatch(shown, /hunter2|DELE/);
  });
}

test('a line of 255 octets is sent, and one of 256 is refused without being shown', () => {
  assert.equal(encodeCommand('PASS', 'x'.repeat(248)).length, 255);
  const error = refusal('x'.repeat(249));
  assert.equal(error.code, 'POP3_COMMAND_INVALID');
  assert.doesNotMatch(error.message, /xxx/);
});

test('the length is counted in octets, not in characters', () => {
  assert.equal(encodeCommand('PASS', '\u00e4'.repeat(124)).length, 255);
  assert.equal(refusal('\u00e4'.repeat(125)).code, 'POP3_COMMAND_INVALID');
});
