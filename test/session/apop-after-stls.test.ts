// What was said before the handshake is worthless after it (RFC 2595 section 4): whoever listened may have said it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TlsMode } from '../../lib/core/account.ts';
import { openSession } from '../../lib/session/open-session.ts';
import { pop3By } from '../support/pop3-by.ts';
import { ReplayConnection } from '../support/replay-connection.ts';
import type { ReplayEvent } from '../support/replay-script.ts';
import { dialerTo } from '../support/replay-dialer.ts';
import { hears, says } from './hostile/hostile-session.ts';
import { ACCESS, accountAt, failure } from './session-under-test.ts';

const GREETING = says('+OK ready <1.2@example.org>\r\n');
const REFUSED_CAPA: readonly ReplayEvent[] = [...hears('CAPA'), says('-ERR\r\n')];

async function logIn(
  t: TestContext,
  tls: TlsMode,
  events: readonly ReplayEvent[],
): Promise<ReplayConnection> {
  const connection = new ReplayConnection(events);
  t.after(() => {
    connection.close();
  });
  const { auth, ...rest } = accountAt(110);
  assert.equal(auth.kind, 'password');
  const account = { ...rest, tls, auth: { ...auth, method: 'APOP' as const } };
  await openSession(account, ACCESS, pop3By(dialerTo(connection)), new AbortController().signal);
  return connection;
}

test('APOP takes the timestamp of a greeting', async (t) => {
  const events = [GREETING, ...REFUSED_CAPA, { client: /^APOP ann [0-9a-f]{32}$/ }, says('+OK\r\n')];
  const connection = await logIn(t, 'none', events);
  assert.deepEqual(connection.complaints, []);
});

test('after STLS the timestamp of the greeting is taken for none, and no digest is sent', async (t) => {
  const events = [
    GREETING,
    ...hears('STLS'),
    says('+OK\r\n'),
    { tls: true } as const,
    ...REFUSED_CAPA,
    { client: /^APOP/ },
    says('+OK\r\n'),
  ];
  await assert.rejects(logIn(t, 'starttls', events), failure('POP3_AUTH_FAILED', 'account'));
});
