// Which command may be sent when (RFC 1939 sections 4 to 6).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keyword } from '../../../lib/core/pop3/command.ts';
import { assertAllowed } from '../../../lib/core/pop3/states.ts';
import type { SessionState } from '../../../lib/core/pop3/states.ts';

const OF_MAIL: readonly Keyword[] = ['STAT', 'LIST', 'UIDL', 'TOP', 'RETR', 'DELE', 'NOOP', 'RSET'];
const OF_LOGIN: readonly Keyword[] = ['USER', 'PASS', 'APOP', 'AUTH', 'STLS', 'UTF8'];

function allows(keyword: Keyword, state: SessionState): boolean {
  try {
    assertAllowed(keyword, state);
    return true;
  } catch {
    return false;
  }
}

test('mail is behind the login, and the login before it', () => {
  for (const keyword of OF_MAIL) {
    assert.equal(allows(keyword, 'authorization'), false, keyword);
    assert.equal(allows(keyword, 'transaction'), true, keyword);
  }
  for (const keyword of OF_LOGIN) {
    assert.equal(allows(keyword, 'authorization'), true, keyword);
    assert.equal(allows(keyword, 'transaction'), false, keyword);
  }
});

test('CAPA, LANG and QUIT go in both, and nothing goes after the end', () => {
  for (const keyword of ['CAPA', 'LANG', 'QUIT'] as const) {
    assert.ok(allows(keyword, 'authorization') && allows(keyword, 'transaction'));
  }
  for (const keyword of [...OF_MAIL, ...OF_LOGIN, 'CAPA', 'QUIT'] as const) {
    assert.equal(allows(keyword, 'closed'), false, keyword);
  }
});

test('the refusal says where the command belongs', () => {
  assert.throws(() => assertAllowed('RETR', 'authorization'), {
    code: 'POP3_COMMAND_INVALID',
    message: 'RETR is allowed in transaction state, and this session is in authorization state',
  });
});
