// One password attempt a session: a refused method may be followed by another, a refused password may not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCapabilities } from '../../../lib/core/pop3/capabilities.ts';
import { isMethodRefused, mayTryNext } from '../../../lib/core/pop3/may-try-next.ts';
import { parseReply } from '../../../lib/core/pop3/reply.ts';

function reply(line: string) {
  return parseReply(Buffer.from(line));
}

/** As real servers answer AUTH with a mechanism they do not have. */
const METHOD_REFUSED = [
  '-ERR [AUTH] Unsupported authentication mechanism.',
  '-ERR [AUTH] authenticating: no mechanism available',
  '-ERR [AUTH] authenticating: bad protocol / cancel',
  '-ERR Unknown authentication method',
  '-ERR Unsupported SASL selected',
  '-ERR Not implemented',
  '-ERR command not implemented yet',
  '-ERR invalid command',
  '-ERR Invalid command.',
  '-ERR authentication mechanism is not supported',
];

for (const line of METHOD_REFUSED) {
  test(`"${line}" may go on to the next method, with a secret sent or not`, () => {
    assert.equal(isMethodRefused(reply(line)), true);
    assert.deepEqual(mayTryNext(reply(line), true), { goesOn: true, because: 'method' });
    assert.deepEqual(mayTryNext(reply(line), false), { goesOn: true, because: 'method' });
  });
}

const PASSWORD_REFUSED = [
  '-ERR',
  '-ERR [AUTH] Authentication failed.',
  '-ERR [AUTH] Invalid login',
  '-ERR [AUTH] Bad login',
  '-ERR [AUTH] Wrong password.',
  '-ERR Authentication failed.',
  '-ERR Login failed.',
  '-ERR Unknown user or bad password',
  '-ERR Logon failure: unknown user name or bad password.',
  '-ERR something else',
];

for (const line of PASSWORD_REFUSED) {
  test(`"${line}" ends the session's one attempt once a secret was sent, and only then`, () => {
    assert.deepEqual(mayTryNext(reply(line), true), { goesOn: false });
    assert.deepEqual(mayTryNext(reply(line), false), { goesOn: true, because: 'unproven' });
  });
}

const NOT_OF_THE_LOGIN = [
  '-ERR [IN-USE] locked',
  '-ERR [LOGIN-DELAY] wait',
  '-ERR [SYS/TEMP] later',
  '-ERR [SYS/PERM] no POP for you',
  '-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled.',
  '-ERR [AUTH] Account_suspended',
  '-ERR too many connections',
  '-ERR internal server error',
];

for (const line of NOT_OF_THE_LOGIN) {
  test(`"${line}" would be said to every method: nothing more is tried`, () => {
    assert.deepEqual(mayTryNext(reply(line), true), { goesOn: false });
    assert.deepEqual(mayTryNext(reply(line), false), { goesOn: false });
  });
}

test('a server with codes for credentials that gives none is not asked again in another way', () => {
  const capabilities = parseCapabilities([Buffer.from('AUTH-RESP-CODE')]);
  assert.deepEqual(mayTryNext(reply('-ERR something else'), false, capabilities), { goesOn: false });
});
