// A server that stops talking and keeps the connection: each phase ends at its own deadline, to the millisecond. The clock
// is moved by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIMEOUTS_MS } from '../../../lib/core/limits.ts';
import type { Pop3Session } from '../../../lib/session/pop3-session.ts';
import { collect } from '../../support/memory-blob-store.ts';
import type { ReplayEvent } from '../../support/replay-script.ts';
import { hears, HostileServer, LOGIN, loginUpTo, says, standingClock } from './hostile-session.ts';

const SILENCE: ReplayEvent = { silence: true };

interface Phase {
  readonly name: string;
  readonly events: readonly ReplayEvent[];
  readonly call: (session: Pop3Session) => Promise<unknown>;
  readonly deadlineMs: number;
}

const never = (): Promise<never> => Promise.reject(new Error('it should not have come so far'));

const PHASES: readonly Phase[] = [
  { name: 'before the greeting', events: [], call: never, deadlineMs: TIMEOUTS_MS.greeting },
  { name: 'within the greeting', events: [says('+O')], call: never, deadlineMs: TIMEOUTS_MS.greeting },
  { name: 'after USER', events: loginUpTo('USER'), call: never, deadlineMs: TIMEOUTS_MS.login },
  { name: 'after PASS', events: loginUpTo('PASS'), call: never, deadlineMs: TIMEOUTS_MS.login },
  {
    name: 'after UIDL',
    events: [...LOGIN, ...hears('UIDL')],
    call: (session) => session.uidl(),
    deadlineMs: TIMEOUTS_MS.listing,
  },
  {
    name: 'within the rows of UIDL',
    events: [...LOGIN, ...hears('UIDL'), says('+OK\r\n1 a\r\n2 ')],
    call: (session) => session.uidl(),
    deadlineMs: TIMEOUTS_MS.listing,
  },
  {
    name: 'after LIST',
    events: [...LOGIN, ...hears('LIST')],
    call: (session) => session.list(),
    deadlineMs: TIMEOUTS_MS.listing,
  },
  {
    name: 'after RETR',
    events: [...LOGIN, ...hears('RETR 1')],
    call: (session) => collect(session.retrieve(1)),
    deadlineMs: TIMEOUTS_MS.retrieveIdle,
  },
  {
    name: 'within a message',
    events: [...LOGIN, ...hears('RETR 1'), says('+OK\r\nhalf')],
    call: (session) => collect(session.retrieve(1)),
    deadlineMs: TIMEOUTS_MS.retrieveIdle,
  },
  {
    name: 'right before the end of a message',
    events: [...LOGIN, ...hears('RETR 1'), says('+OK\r\nall of it\r\n.\r')],
    call: (session) => collect(session.retrieve(1)),
    deadlineMs: TIMEOUTS_MS.retrieveIdle,
  },
  {
    name: 'after DELE',
    events: [...LOGIN, ...hears('DELE 1')],
    call: (session) => session.dele(1),
    deadlineMs: TIMEOUTS_MS.command,
  },
  {
    name: 'after QUIT',
    events: [...LOGIN, ...hears('QUIT')],
    call: (session) => session.quit(),
    deadlineMs: TIMEOUTS_MS.quit,
  },
];

for (const { name, events, call, deadlineMs } of PHASES) {
  test(`silence ${name} ends after ${deadlineMs / 1000} s`, async (t) => {
    const clock = standingClock(t);
    let waitedMs = 0;
    const onSilence = (): void => {
      // In two steps, so that one that comes too early is seen.
      clock.advance(deadlineMs - 1);
      waitedMs = deadlineMs - 1;
      setImmediate(() => {
        clock.advance(1);
        waitedMs = deadlineMs;
      });
    };
    const server = new HostileServer(t, [...events, SILENCE], { onSilence });
    await server.fails('POP3_TIMEOUT', async () => {
      await call(await server.open());
    });
    assert.equal(waitedMs, deadlineMs);
  });
}
