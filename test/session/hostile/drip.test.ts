// Slow-loris: a server that says something just often enough to be alive. The clock is moved by hand, so an hour of it
// takes no time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MIN_PROGRESS_OCTETS, TIMEOUTS_MS } from '../../../lib/core/limits.ts';
import { collect } from '../../support/memory-blob-store.ts';
import type { ReplayEvent } from '../../support/replay-script.ts';
import {
  dripsForever,
  hears,
  HostileServer,
  HOUR_MS,
  LOGIN,
  loginUpTo,
  SECOND_MS,
  says,
  standingClock,
} from './hostile-session.ts';
import type { StandingClock } from './hostile-session.ts';

/** Gives up after a day: a client that waits for ever is found out, instead of hanging the test. */
const A_DAY_MS = 24 * HOUR_MS;

interface Dripping {
  readonly server: HostileServer;
  readonly clock: StandingClock;
}

/** A server whose octets come one at a time, `gapMs` apart, from the greeting on. */
function dripping(t: TestContext, events: readonly ReplayEvent[], gapMs: number): Dripping {
  const clock = standingClock(t);
  const server = new HostileServer(t, events, {
    chunkOctets: () => 1,
    beforeRead: () => {
      assert.ok(clock.elapsedMs() < A_DAY_MS, 'the client has waited for a day');
      clock.advance(gapMs);
    },
  });
  return { server, clock };
}

for (const gapMs of [SECOND_MS, 30 * SECOND_MS]) {
  test(`a greeting of an octet each ${gapMs / SECOND_MS} s ends at its deadline`, async (t) => {
    const { server, clock } = dripping(t, [says('+OK '), dripsForever('x')], gapMs);
    await server.fails('POP3_TIMEOUT', async () => await server.open());
    assert.ok(clock.elapsedMs() <= TIMEOUTS_MS.greeting + gapMs, `it took ${clock.elapsedMs()} ms`);
  });

  for (const keyword of ['USER', 'PASS'] as const) {
    test(`an answer to ${keyword} of an octet each ${gapMs / SECOND_MS} s ends at the deadline of the login`, async (t) => {
      const script = [...loginUpTo(keyword), says('+OK '), dripsForever('x')];
      const { server, clock } = dripping(t, script, gapMs);
      await server.fails('POP3_TIMEOUT', async () => await server.open());
      // What came before came a drop at a time too.
      const before = 40 * gapMs;
      assert.ok(clock.elapsedMs() <= before + TIMEOUTS_MS.login + gapMs, `it took ${clock.elapsedMs()} ms`);
    });
  }
}

/** Runs a call against a server that drips from here on; the login before it took no time. */
async function dripsAfterLogin(
  t: TestContext,
  events: readonly ReplayEvent[],
  gapMs: number,
  call: (session: Awaited<ReturnType<HostileServer['open']>>) => Promise<unknown>,
): Promise<number> {
  const clock = standingClock(t);
  let isOpen = false;
  const server = new HostileServer(t, [...LOGIN, ...events], {
    chunkOctets: (available) => (isOpen ? 1 : available),
    beforeRead: () => {
      assert.ok(clock.elapsedMs() < A_DAY_MS, 'the client has waited for a day');
      if (isOpen) clock.advance(gapMs);
    },
  });
  const session = await server.open();
  isOpen = true;
  await server.fails('POP3_TIMEOUT', async () => await call(session));
  return clock.elapsedMs();
}

test('an answer to DELE of an octet a second ends at the deadline of a command', async (t) => {
  const events = [...hears('DELE 1'), says('+OK '), dripsForever('x')];
  const elapsedMs = await dripsAfterLogin(t, events, SECOND_MS, async (session) => {
    await session.dele(1);
  });
  assert.ok(elapsedMs <= TIMEOUTS_MS.command + SECOND_MS, `it took ${elapsedMs} ms`);
});

test('an answer to QUIT of an octet a second ends at its deadline', async (t) => {
  const events = [...hears('QUIT'), says('+OK '), dripsForever('x')];
  const elapsedMs = await dripsAfterLogin(t, events, SECOND_MS, async (session) => {
    await session.quit();
  });
  assert.ok(elapsedMs <= TIMEOUTS_MS.quit + SECOND_MS, `it took ${elapsedMs} ms`);
});

for (const [command, rows] of [
  ['LIST', '1 1\r\n2 2\r\n'],
  ['UIDL', '1 a\r\n2 b\r\n'],
  ['CAPA', 'XONE\r\nXTWO\r\n'],
] as const) {
  for (const gapMs of [SECOND_MS, 60 * SECOND_MS]) {
    test(`rows of ${command} of an octet each ${gapMs / SECOND_MS} s end at the deadline of a listing`, async (t) => {
      const events = [...hears(command), says(`+OK\r\n${rows}`), says('3 '), dripsForever('7')];
      const elapsedMs = await dripsAfterLogin(t, events, gapMs, async (session) => {
        const ask = {
          LIST: () => session.list(),
          UIDL: () => session.uidl(),
          CAPA: () => session.capabilities(),
        };
        return await ask[command]();
      });
      assert.ok(elapsedMs <= TIMEOUTS_MS.listing + 10 * gapMs, `it took ${elapsedMs} ms`);
    });
  }
}

for (const gapMs of [SECOND_MS, 60 * SECOND_MS]) {
  test(`a message of an octet each ${gapMs / SECOND_MS} s ends after its idle time`, async (t) => {
    const events = [...hears('RETR 1'), says('+OK\r\n'), dripsForever('text\r\n')];
    const elapsedMs = await dripsAfterLogin(t, events, gapMs, async (session) => {
      await collect(session.retrieve(1));
    });
    assert.ok(elapsedMs <= TIMEOUTS_MS.retrieveIdle + 10 * gapMs, `it took ${elapsedMs} ms`);
  });
}

test('a message just too slow ends, and one just fast enough is read to its end', async (t) => {
  const slowestMs = TIMEOUTS_MS.retrieveIdle / MIN_PROGRESS_OCTETS;
  const tooSlow = [...hears('RETR 1'), says('+OK\r\n'), dripsForever('x')];
  await dripsAfterLogin(t, tooSlow, Math.ceil(slowestMs * 1.02), async (session) => {
    await collect(session.retrieve(1));
  });
  t.mock.reset();
  const clock = standingClock(t);
  const events = [...LOGIN, ...hears('RETR 1'), says(`+OK\r\n${'x'.repeat(3000)}\r\n.\r\n`)];
  const beforeRead = (): void => clock.advance(Math.floor(slowestMs * 0.98));
  const server = new HostileServer(t, events, { chunkOctets: () => 1, beforeRead });
  const session = await server.open();
  assert.equal((await collect(session.retrieve(1))).length, 3002);
});

test('a message that comes slowly but steadily is read to its end', async (t) => {
  const clock = standingClock(t);
  const message = 'a line of seventy octets, as they come over a slow line from far away..\r\n'.repeat(2000);
  const server = new HostileServer(
    t,
    [...LOGIN, ...hears('RETR 1'), says(`+OK\r\n${message}.\r\n`)],
    // 1,400 octets a second: a modem.
    { chunkOctets: () => 1400, beforeRead: () => clock.advance(SECOND_MS) },
  );
  const session = await server.open();
  assert.equal((await collect(session.retrieve(1))).toString('latin1'), message);
});
