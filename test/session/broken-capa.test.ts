// CAPA is optional, and some servers break at it: they are dialled once more without it. After STLS it is not optional, for
// it alone tells that nothing was injected before the handshake.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TlsMode } from '../../lib/core/account.ts';
import { TIMEOUTS_MS } from '../../lib/core/limits.ts';
import { openSession } from '../../lib/session/open-session.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import type { Dialer } from '../../lib/ports/pop3.ts';
import { pop3By } from '../support/pop3-by.ts';
import { ReplayConnection } from '../support/replay-connection.ts';
import type { ReplayEvent, ReplayOptions } from '../support/replay-script.ts';
import { hears, says, standingClock } from './hostile/hostile-session.ts';
import { ACCESS, accountAt, failure } from './session-under-test.ts';

const GREETED: readonly ReplayEvent[] = [says('+OK ready\r\n')];
const ASKED: readonly ReplayEvent[] = [...GREETED, ...hears('CAPA')];
const LOGIN: readonly ReplayEvent[] = [
  ...GREETED,
  ...hears('USER ann'),
  says('+OK\r\n'),
  ...hears('PASS secret'),
  says('+OK\r\n'),
];
const STLS: readonly ReplayEvent[] = [...GREETED, ...hears('STLS'), says('+OK\r\n'), { tls: true }];

/** A server that does another thing with each connection. */
class Server {
  readonly connections: readonly ReplayConnection[];
  dials = 0;

  constructor(t: TestContext, scripts: readonly (readonly ReplayEvent[])[], options: ReplayOptions = {}) {
    this.connections = scripts.map((events) => new ReplayConnection(events, options));
    t.after(() => {
      for (const connection of this.connections) connection.close();
    });
  }

  async open(tls: TlsMode): Promise<Pop3Session> {
    const dialer: Dialer = {
      dial: async () => {
        const connection = this.connections[this.dials];
        this.dials += 1;
        assert.ok(connection, 'it is dialled too often');
        return await Promise.resolve(connection);
      },
    };
    const account = { ...accountAt(110), tls };
    return await openSession(account, ACCESS, pop3By(dialer), new AbortController().signal);
  }
}

test('a server that hangs up at CAPA is dialled again, and logged into without it', async (t) => {
  const server = new Server(t, [[...ASKED, { end: 'close' }], LOGIN]);
  const session = await server.open('none');
  assert.equal(session.state, 'transaction');
  assert.deepEqual(server.connections[1]?.sentLines, ['USER ann', 'PASS secret']);
  session.drop();
});

test('a server that never answers CAPA is dialled again, and logged into without it', async (t) => {
  const clock = standingClock(t);
  const onSilence = (): void => {
    clock.advance(TIMEOUTS_MS.command);
  };
  const server = new Server(t, [[...ASKED, { silence: true }], LOGIN], { onSilence });
  const session = await server.open('none');
  assert.equal(session.state, 'transaction');
  session.drop();
});

test('a server that hangs up at CAPA each time is not dialled a third time', async (t) => {
  const server = new Server(t, [
    [...ASKED, { end: 'close' }],
    [...GREETED, ...hears('USER ann'), { end: 'close' }],
  ]);
  await assert.rejects(server.open('none'), failure('POP3_CONNECTION_LOST', 'session'));
  assert.equal(server.dials, 2);
});

test('a server that hangs up or hangs at CAPA after STLS is not logged into without it', async (t) => {
  const clock = standingClock(t);
  const onSilence = (): void => {
    clock.advance(TIMEOUTS_MS.listing);
  };
  for (const [end, code] of [
    [{ end: 'close' }, 'POP3_CONNECTION_LOST'],
    [{ silence: true }, 'POP3_TIMEOUT'],
  ] as const) {
    const server = new Server(t, [[...STLS, ...hears('CAPA'), end], LOGIN], { onSilence });
    await assert.rejects(server.open('starttls'), failure(code, 'session'));
    assert.equal(server.dials, 1);
  }
});
