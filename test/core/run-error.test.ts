// What a run keeps of anything thrown: a code to match on, a text, and what to do about it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { toRunError } from '../../lib/core/run-error.ts';

const DETAILS = { code: 'POP3_TIMEOUT', scope: 'session', retryable: true } as const;

test('an error of ours keeps its code, its text and its hint, and nothing of its cause', () => {
  const error = new MailferryError('no octet for 60 s', {
    ...DETAILS,
    hint: 'wait',
    cause: new Error('socket 17'),
  });
  assert.deepEqual(toRunError(error), { code: 'POP3_TIMEOUT', message: 'no octet for 60 s', hint: 'wait' });
});

test('an error without a hint says to run again', () => {
  const { hint } = toRunError(new MailferryError('no octet for 60 s', DETAILS));
  assert.match(hint ?? '', /^run again/);
});

for (const [what, thrown, message] of [
  ['an error of others', new TypeError('x is undefined'), 'x is undefined'],
  ['a thrown text', 'out of order', 'out of order'],
  ['nothing at all', undefined, 'undefined'],
] as const) {
  test(`${what} is a mistake of ours`, () => {
    const { code, message: said, hint } = toRunError(thrown);
    assert.deepEqual({ code, said }, { code: 'INTERNAL', said: message });
    assert.match(hint ?? '', /^run again/);
  });
}

test('what is kept survives JSON as it is', () => {
  const kept = toRunError(new Error('line 1\nline 2 \u{1f980}'));
  assert.deepEqual(JSON.parse(JSON.stringify(kept)), kept);
});
