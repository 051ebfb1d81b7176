// From the greeting to the end of login: what a server may refuse, and what nobody ever gets to see.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode, ErrorScope } from '../../lib/core/errors.ts';
import { failure, open, startWith } from './session-under-test.ts';

const LOGINS: readonly [answer: string, code: ErrorCode, scope: ErrorScope][] = [
  ['-ERR [AUTH] no', 'POP3_AUTH_FAILED', 'account'],
  ['+ERR wrong password', 'POP3_AUTH_FAILED', 'account'],
  ['-ERR [IN-USE] busy', 'POP3_MAILDROP_BUSY', 'session'],
];

for (const [answer, code, scope] of LOGINS) {
  test(`a login answered "${answer}" fails with ${code}, without showing the password`, async () => {
    await using server = await startWith({ login: answer });
    await assert.rejects(open(server.port), (error: Error) => {
      assert.doesNotMatch(`${error.message} ${error.stack}`, /\bsecret\b/);
      return failure(code, scope)(error);
    });
  });
}

test('a greeting that refuses is an unavailable server, and gets no password', async () => {
  await using server = await startWith({ greeting: '-ERR [SYS/TEMP] later' });
  await assert.rejects(open(server.port), failure('POP3_UNAVAILABLE', 'session'));
  assert.deepEqual(server.sessions[0]?.commands, []);
});
