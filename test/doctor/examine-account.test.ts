// A whole examination against a server that is right or wrong: what is found, and that the server is left as it was.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { isHealthy } from '../../lib/doctor/check.ts';
import type { AccountAccess } from '../../lib/ports/access.ts';
import { MAIL, startWith } from '../session/session-under-test.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import { assertVerdict, examine, namesOf } from './examination.ts';

function keywords(server: Pop3TestServer): string[][] {
  return server.sessions.map(({ commands }) => commands.map((line) => line.split(' ', 1).join('')));
}

function timeUp(): MailferryError {
  return new MailferryError('the time is over', { code: 'TIME_UP', scope: 'session', retryable: true });
}

/** One session at a time has the maildrop, as RFC 1939 section 4 wants it. */
function lockedWhileOpen(server: () => Pop3TestServer): Pop3Faults {
  return {
    get login(): string {
      const open = server().sessions.filter(({ ending }) => ending === 'open').length;
      return open > 1 ? '-ERR [IN-USE] locked by another session' : '+OK';
    },
  };
}

test('a server in good order is found so, in two logins, and left as it was', async () => {
  await using server = await startWith({});
  const examination = await examine(server.port);
  assert.deepEqual(namesOf(examination, 'problem'), []);
  assert.deepEqual(namesOf(examination, 'note'), ['tls'], 'there is no TLS');
  assert.deepEqual(namesOf(examination, 'not-tried'), ['certificate', 'pin']);
  assert.ok(isHealthy(examination));
  assert.equal(examination.facts.greeting, 'test server ready');
  assert.ok(examination.facts.capabilities.afterLogin?.includes('PIPELINING'));
  await server.close();
  assert.equal(server.maildrop.length, MAIL.length);
  const [first = [], second = [], ...more] = keywords(server);
  assert.deepEqual(more, []);
  assert.deepEqual(second.slice(-2), ['RSET', 'QUIT']);
  assert.ok(first.includes('RETR') && first.includes('TOP'));
});

test('a session in which a message was shown is dropped, never ended with QUIT, and nothing is ever marked', async () => {
  for (const refuseRetr of [[], [1], [1, 2, 3]]) {
    await using server = await startWith({ refuseRetr });
    await examine(server.port);
    await server.close();
    for (const { commands, ending } of server.sessions) {
      assert.ok(!commands.some((line) => line.startsWith('DELE')), 'DELE was sent');
      if (commands.some((line) => /^(RETR|TOP)/.test(line))) assert.equal(ending, 'dropped');
    }
  }
});

test('told to retrieve nothing it has no message shown, and says what it could not try', async () => {
  await using server = await startWith({});
  const examination = await examine(server.port, { retrieve: false });
  for (const name of ['sizes', 'top', 'pipelining'] as const) {
    assertVerdict(examination, name, 'not-tried', /--no-retrieve/);
  }
  await server.close();
  assert.ok(
    !keywords(server)
      .flat()
      .some((keyword) => keyword === 'RETR' || keyword === 'TOP'),
  );
  assert.deepEqual(
    server.sessions.map(({ ending }) => ending),
    ['quit', 'quit'],
  );
});

test('a server that lets in one session at a time gets three logins, and the UIDLs are compared all the same', async () => {
  await using server: Pop3TestServer = await startWith(lockedWhileOpen(() => server));
  const examination = await examine(server.port);
  assertVerdict(examination, 'sessions', 'ok', /one session at a time: POP3_MAILDROP_BUSY/);
  assertVerdict(examination, 'stability', 'ok', /the same in two sessions/);
  assertVerdict(examination, 'pipelining', 'ok');
  assert.equal(server.sessions.length, 3);
});

test('a second login that is refused for anything but a lock is not repeated', async () => {
  let logins = 0;
  const faults: Pop3Faults = {
    get login(): string {
      logins += 1;
      return logins > 1 ? '-ERR [AUTH] too many logins' : '+OK';
    },
  };
  await using server = await startWith(faults);
  const examination = await examine(server.port);
  assertVerdict(examination, 'sessions', 'note', /refused while the first was open/);
  assertVerdict(examination, 'stability', 'not-tried');
  assertVerdict(examination, 'sizes', 'ok');
  assert.equal(server.sessions.length, 2);
});

test('a wrong password is sent once, and all that was seen before is told', async () => {
  await using server = await startWith({});
  const examination = await examine(server.port, { access: fixedAccess('wrong') });
  const { recommendation } = assertVerdict(
    examination,
    'login',
    'problem',
    /^POP3_AUTH_FAILED: PASS was refused/,
  );
  assert.match(recommendation ?? '', /check user and auth\.password/);
  assertVerdict(examination, 'connection', 'ok');
  assertVerdict(examination, 'maildrop', 'not-tried', /there was no session/);
  assert.ok(!isHealthy(examination));
  const sent = keywords(server).flat();
  assert.equal(sent.filter((keyword) => keyword === 'PASS').length, 1);
  assert.ok(!JSON.stringify(examination).includes('wrong"'));
});

test('nobody to connect to, no password, and a server of another kind: each is told where it belongs', async () => {
  const failing: AccountAccess = {
    renew: async () => undefined,
    get: async () => {
      throw new MailferryError('no such variable', {
        code: 'SECRET_UNAVAILABLE',
        scope: 'account',
        retryable: false,
      });
    },
  };
  assertVerdict(await examine(1), 'connection', 'problem', /^CONNECT_FAILED/);
  assertVerdict(await examine(1, { access: failing }), 'access', 'problem', /^SECRET_UNAVAILABLE/);
  await using imap = await startWith({ greeting: '* OK IMAP4rev1 ready' });
  assertVerdict(await examine(imap.port), 'connection', 'problem', /^POP3_PROTOCOL/);
  await using busy = await startWith({ greeting: '-ERR [SYS/TEMP] come back later' });
  assertVerdict(await examine(busy.port), 'connection', 'problem', /^POP3_UNAVAILABLE/);
});

for (const command of ['GREETING', 'PASS', 'STAT', 'UIDL', 'TOP', 'RETR', 'RSET']) {
  test(`a server that falls silent at ${command} holds nobody longer than the time given`, async () => {
    await using server = await startWith({ hangOn: command });
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(timeUp());
    }, 100);
    try {
      const examination = await examine(server.port, { signal: deadline.signal });
      assert.ok(!isHealthy(examination));
      assert.match(JSON.stringify(examination.checks), /TIME_UP: the time is over/);
    } finally {
      clearTimeout(timer);
    }
  });
}

test('a secret that does not come in time ends it, too', async () => {
  const never: AccountAccess = { get: async () => await new Promise(() => {}), renew: async () => undefined };
  const examination = await examine(1, { access: never, signal: AbortSignal.abort(timeUp()) });
  assertVerdict(examination, 'access', 'problem', /^TIME_UP/);
});

test('UIDLs that are others in each session are a problem; without any, that is', async () => {
  await using server = await startWith({});
  const { sessions, maildrop } = server;
  for (const [index, { content }] of maildrop.entries()) {
    maildrop[index] = {
      content,
      get uidl() {
        return `${sessions.filter(({ ending }) => ending === 'open').length}-${index}`;
      },
    };
  }
  assertVerdict(await examine(server.port), 'stability', 'problem', /all of 3 UIDLs were others/);
  server.faults = { noUidl: true };
  assertVerdict(await examine(server.port), 'uidl', 'problem', /no UIDL/);
});

test('a login delay that leaves no time keeps the second login from being tried, and says what would be enough', async () => {
  await using server = await startWith({ addCapabilities: ['LOGIN-DELAY 300', 'EXPIRE 0'] });
  const account = { schedule: { everyMinutes: 2 }, onServer: { deleteAfterDays: 30 } } as const;
  const examination = await examine(server.port, { account });
  assert.equal(server.sessions.length, 1);
  assertVerdict(examination, 'stability', 'not-tried', /300 s between two logins: --time 7m/);
  const { setting } = assertVerdict(examination, 'login-delay', 'problem', /300 seconds/);
  assert.equal(setting?.yaml, 'schedule: every 5 minutes');
  assert.equal(assertVerdict(examination, 'expire', 'note', /EXPIRE 0/).setting?.yaml, 'onServer: delete');
});

test('messages that LIST tells the size of wrongly, and a TOP that is not there, are noted', async () => {
  await using server = await startWith({
    listSizes: { 2: 1 },
    refuseTop: true,
    hideCapabilities: ['PIPELINING'],
  });
  const examination = await examine(server.port);
  assertVerdict(examination, 'sizes', 'note', /1 of 3 messages came with \+\d+ octets/);
  assertVerdict(examination, 'top', 'note', /no TOP/);
  const { setting } = assertVerdict(examination, 'pipelining', 'note', /^not announced, and works/);
  assert.equal(setting?.yaml, 'pipelining: always');
});

test('an empty mailbox has nothing to sample, and the session ends in good order', async () => {
  await using server = await startWith({}, []);
  const examination = await examine(server.port);
  assertVerdict(examination, 'sizes', 'not-tried', /no message of up to 64 kB/);
  assert.deepEqual(namesOf(examination, 'problem'), []);
  await server.close();
  assert.ok(server.sessions.every(({ ending }) => ending === 'quit'));
});
