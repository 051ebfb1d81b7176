// An examination of a real server, both ways into TLS, with and without a lock on the maildrop: right in all it says, and the
// server does not notice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examineAccount } from '../../lib/doctor/examine-account.ts';
import type { Examination } from '../../lib/doctor/check.ts';
import { accountAt } from '../session/session-under-test.ts';
import { dovecotSkip } from '../support/dovecot-presence.ts';
import { startDovecot } from '../support/dovecot.ts';
import type { RunningDovecot } from '../support/dovecot.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import { plainMail } from '../support/odd-mail.ts';
import { pop3BySocket } from '../support/pop3-by.ts';
import { assertVerdict, namesOf } from '../doctor/examination.ts';

const options = { skip: dovecotSkip(), timeout: 60_000 };
const MAIL = [1, 2, 3, 4, 5, 6, 7].map((number) => ({ name: `plain-${number}`, bytes: plainMail(number) }));

async function examine(dovecot: RunningDovecot, tls: 'implicit' | 'starttls'): Promise<Examination> {
  const port = tls === 'implicit' ? dovecot.tlsPort : dovecot.port;
  const account = { ...accountAt(port), tls, user: dovecot.user, caFile: dovecot.caFile };
  const ports = { pop3: pop3BySocket, access: fixedAccess(dovecot.password), now: Date.now };
  const { signal } = new AbortController();
  return await examineAccount(account, ports, { retrieve: true, signal, until: Date.now() + 60_000 });
}

for (const tls of ['implicit', 'starttls'] as const) {
  void test(
    `tls: ${tls} is examined, and all is well but the test's own certificate of one day`,
    options,
    async () => {
      await using dovecot = await startDovecot({ messages: MAIL });
      const examination = await examine(dovecot, tls);
      assert.deepEqual(namesOf(examination, 'problem'), ['certificate']);
      assert.deepEqual([...namesOf(examination, 'note'), ...namesOf(examination, 'not-tried')], []);
      assertVerdict(examination, 'tls', 'ok', tls === 'implicit' ? /^TLSv1\.3, TLS_\w+$/ : /, after STLS$/);
      assertVerdict(
        examination,
        'login',
        'ok',
        /^PLAIN \(offered, and protected by TLS\); offered: PLAIN, LOGIN, USER$/,
      );
      assertVerdict(examination, 'maildrop', 'ok', /^7 messages/);
      assertVerdict(examination, 'sessions', 'ok', /a second session is let in/);
      assertVerdict(examination, 'stability', 'ok', /^7 UIDLs, the same in two sessions$/);
      assertVerdict(examination, 'sizes', 'ok', /^5 messages came as large as LIST says$/);
      assertVerdict(examination, 'pipelining', 'ok', /^announced, and works: 5 messages/);
      assert.deepEqual(examination.facts.tls?.chain[0]?.names, ['localhost', '127.0.0.1']);
      assert.match(await dovecot.log(), / del=0\/7,/);
      assert.doesNotMatch(await dovecot.log(), / del=[1-9]/);
    },
  );
}

void test(
  'a server that locks the maildrop is found to, and its UIDLs are compared one session after the other',
  options,
  async () => {
    await using dovecot = await startDovecot({ messages: MAIL, lockSessions: true });
    const examination = await examine(dovecot, 'implicit');
    assertVerdict(examination, 'sessions', 'ok', /one session at a time: POP3_MAILDROP_BUSY: .*\[IN-USE\]/);
    assertVerdict(examination, 'stability', 'ok', /^7 UIDLs, the same in two sessions$/);
    assertVerdict(examination, 'pipelining', 'ok');
  },
);
