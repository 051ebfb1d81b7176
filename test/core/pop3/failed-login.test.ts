// A wrong password stops the account; a busy maildrop only this session.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loginError } from '../../../lib/core/pop3/failed-login.ts';
import { parseReply } from '../../../lib/core/pop3/reply.ts';

const BUSY = [
  '-ERR [IN-USE] no',
  '-ERR [LOGIN-DELAY] no',
  '-ERR [SYS/TEMP] no',
  '-ERR maildrop is locked',
  '-ERR Temporary failure, try again',
];
const REFUSED = [
  '-ERR',
  '-ERR [AUTH] try again',
  '-ERR [SYS/PERM] no',
  '-ERR bad password',
  '+ERR bad password',
];

for (const answer of BUSY) {
  test(`"${answer}" is a matter of time`, () => {
    const error = loginError('PASS', parseReply(Buffer.from(answer)));
    assert.equal(error.code, 'POP3_MAILDROP_BUSY');
    assert.equal(error.scope, 'session');
    assert.equal(error.retryable, true);
  });
}

for (const answer of REFUSED) {
  test(`"${answer}" is a matter for the owner`, () => {
    const error = loginError('PASS', parseReply(Buffer.from(answer)));
    assert.equal(error.code, 'POP3_AUTH_FAILED');
    assert.equal(error.scope, 'account');
    assert.equal(error.retryable, false);
  });
}
