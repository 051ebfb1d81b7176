// What the tests against hostile servers share: a server in memory that says what the test tells it, a session with it,
// and a clock that stands still until it is moved.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { MailferryError } from '../../../lib/core/errors.ts';
import type { ErrorCode } from '../../../lib/core/errors.ts';
import type { Dialer } from '../../../lib/ports/pop3.ts';
import { openSession } from '../../../lib/session/open-session.ts';
import type { Pop3Session } from '../../../lib/session/pop3-session.ts';
import { failureOf } from '../../support/failure-of.ts';
import { ReplayConnection } from '../../support/replay-connection.ts';
import type { ReplayEvent, ReplayOptions } from '../../support/replay-script.ts';
import { dialerTo } from '../../support/replay-dialer.ts';
import { ACCESS, accountAt } from '../session-under-test.ts';
import { pop3By } from '../../support/pop3-by.ts';

/** What one octet a second costs. */
export const SECOND_MS = 1000;
/** Nobody waits longer for a server that says next to nothing. */
export const HOUR_MS = 3_600_000;

/** The server says this: one character per octet. */
export function says(text: string): ReplayEvent {
  return { server: Buffer.from(text, 'latin1') };
}

/** The client sends these lines. */
export function hears(...lines: readonly string[]): ReplayEvent[] {
  return lines.map((client) => ({ client }));
}

/** What one read of a socket brings at most. */
export const READ_OCTETS = 65_536;

/** Where a test stops a client that does not stop by itself, before it fills the memory. */
const FOR_EVER_OCTETS = 256 * 1024 * 1024;

/** The server says these pieces, and would never stop. */
export function saysPieces(nextPiece: () => Uint8Array): ReplayEvent {
  let octets = 0;
  return {
    endless: () => {
      const piece = nextPiece();
      octets += piece.length;
      assert.ok(octets <= FOR_EVER_OCTETS, `the client has taken ${FOR_EVER_OCTETS} octets and goes on`);
      return piece;
    },
  };
}

/** The server says this again and again, in pieces as large as a socket gives them. */
export function saysForever(text: string): ReplayEvent {
  const piece = Buffer.from(text.repeat(Math.max(1, Math.floor(READ_OCTETS / text.length))), 'latin1');
  return saysPieces(() => piece);
}

/** The same, one octet at a time. */
export function dripsForever(text: string): ReplayEvent {
  const octets = Buffer.from(text, 'latin1');
  let index = 0;
  return { endless: () => octets.subarray(index % octets.length, (index++ % octets.length) + 1) };
}

/** From the greeting to the end of login. */
export const LOGIN: readonly ReplayEvent[] = [
  says('+OK ready\r\n'),
  ...hears('CAPA'),
  says('-ERR what\r\n'),
  ...hears('USER ann'),
  says('+OK\r\n'),
  ...hears('PASS secret'),
  says('+OK\r\n'),
];

/** The login up to where the client has sent USER or PASS, and waits for the answer. */
export function loginUpTo(keyword: 'USER' | 'PASS'): ReplayEvent[] {
  const index = LOGIN.findIndex((event) => 'client' in event && String(event.client).startsWith(keyword));
  return LOGIN.slice(0, index + 1);
}

/** A conversation with the client `ann`; every connection is closed when the test ends. */
export class HostileServer {
  readonly connection: ReplayConnection;
  /** For a client that dials again after it was hung up on at CAPA: it is hung up on at once. */
  readonly #second: ReplayConnection;
  #dials = 0;
  readonly #tls: 'none' | 'starttls';

  constructor(t: TestContext, events: readonly ReplayEvent[], options: ReplayOptions = {}, tls?: 'starttls') {
    this.connection = new ReplayConnection(events, options);
    this.#second = new ReplayConnection([{ end: 'close' }], options);
    this.#tls = tls ?? 'none';
    t.after(() => {
      this.connection.close();
      this.#second.close();
    });
  }

  /** How often the client has dialled; the second time it is hung up on. */
  get dials(): number {
    return this.#dials;
  }

  async open(): Promise<Pop3Session> {
    const { auth, ...rest } = accountAt(110);
    assert.equal(auth.kind, 'password');
    const account = { ...rest, tls: this.#tls, auth: { ...auth, method: 'USER' as const } };
    const { signal } = new AbortController();
    return await openSession(account, ACCESS, pop3By(this.#dialer()), signal);
  }

  #dialer(): Dialer {
    const dialer = dialerTo(this.connection, this.#second);
    return {
      dial: async (target, signal) => {
        this.#dials += 1;
        return await dialer.dial(target, signal);
      },
    };
  }

  /** What the call fails with: it must be this code, the connection must be closed, and the script must be kept. */
  async fails(code: ErrorCode, call: () => Promise<unknown>): Promise<MailferryError> {
    const error = await failureOf(call);
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    assert.deepEqual(this.connection.complaints, []);
    assert.ok(this.connection.isClosed, 'the connection is still open');
    return error;
  }
}

/** Logs in, then the server does what the events say. */
export async function loggedIn(
  t: TestContext,
  events: readonly ReplayEvent[],
  options: ReplayOptions = {},
): Promise<{ readonly server: HostileServer; readonly session: Pop3Session }> {
  const server = new HostileServer(t, [...LOGIN, ...events], options);
  return { server, session: await server.open() };
}

export interface StandingClock {
  /** Since it stands. */
  elapsedMs(): number;
  advance(ms: number): void;
}

/** Time stands still for this test. Timers that fall due fire within `advance`. */
export function standingClock(t: TestContext): StandingClock {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  t.mock.method(performance, 'now', () => Date.now());
  return {
    elapsedMs: () => Date.now(),
    advance: (ms) => {
      t.mock.timers.tick(ms);
    },
  };
}
