// STAT: how many messages, and never none by mistake.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStat } from '../../../lib/core/pop3/stat.ts';
import type { MaildropSize } from '../../../lib/core/pop3/stat.ts';

function statOf(text: string): MaildropSize {
  return parseStat({ said: text, text });
}

test('the two numbers count, and nothing behind them', () => {
  assert.deepEqual(statOf('2 320'), { messages: 2, octets: 320 });
  assert.deepEqual(statOf('  0 0 and more'), { messages: 0, octets: 0 });
});

test('octets that are none are unknown: negative ones were seen', () => {
  for (const text of ['5', '5 -12', '5 many', '5 12345678901234567890']) {
    assert.deepEqual(statOf(text), { messages: 5, octets: undefined }, text);
  }
});

test('without a number of messages there is no answer, and never an empty maildrop', () => {
  for (const text of ['', 'no messages', '-1 0', '+OK 2 320', '12x 5', '1234567890123456 1']) {
    assert.throws(() => statOf(text), { code: 'POP3_PROTOCOL', scope: 'session' }, text);
  }
});
