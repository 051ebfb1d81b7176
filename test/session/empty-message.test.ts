// A message that comes without an octet although LIST promised some: it is never taken for the message, and so never stored
// in its place, nor the server's own deleted for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ONE_BY_ONE, PIPELINED } from '../../lib/core/pop3/retrieval-window.ts';
import type { WindowLimits } from '../../lib/core/pop3/retrieval-window.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import { failure, inScript } from './session-under-test.ts';

const EMPTY = '+OK\r\n.\r\n';

async function octetsOf(
  session: Pop3Session,
  listedOctets: number | undefined,
  limits: WindowLimits,
): Promise<number> {
  let octets = 0;
  const requests = [{ messageNumber: 1, octets: listedOctets }];
  for await (const { read } of session.retrieveEach(requests, limits)) {
    for await (const piece of read()) octets += piece.length;
  }
  return octets;
}

const WAYS: readonly [name: string, limits: WindowLimits, steps: readonly ScriptStep[]][] = [
  // It may be asked for a LIST too: whoever gets less than was listed wants to know that nothing is left.
  [
    'one by one',
    ONE_BY_ONE,
    [{ expect: 'RETR 1' }, { send: EMPTY }, { expect: 'LIST 1' }, { send: '+OK 1 2344\r\n' }],
  ],
  ['pipelined', PIPELINED, [{ expect: 'RETR 1' }, { expect: 'LIST 1' }, { send: `${EMPTY}+OK 1 2344\r\n` }]],
];

for (const [name, limits, steps] of WAYS) {
  test(`a message of which no octet comes, and LIST says that it has some, ends the session, ${name}`, async () => {
    for (const listedOctets of [3, 2344]) {
      await inScript(steps, async (session) => {
        const reading = octetsOf(session, listedOctets, limits);
        await assert.rejects(reading, failure('POP3_PROTOCOL', 'session'));
        assert.equal(session.state, 'closed');
      });
    }
  });

  test(`a message that is empty by LIST too, or of which LIST says nothing, is an empty message, ${name}`, async () => {
    for (const listedOctets of [0, 2, undefined]) {
      await inScript(steps, async (session) => {
        assert.equal(await octetsOf(session, listedOctets, limits), 0);
        assert.equal(session.state, 'transaction');
      });
    }
  });
}
