// A connection that ends at any octet of a whole session, in good order or by reset: always the named error, and nothing
// of what came before is taken for more than it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MailferryError } from '../../../lib/core/errors.ts';
import { collect } from '../../support/memory-blob-store.ts';
import type { ReplayEvent, ReplayOptions } from '../../support/replay-script.ts';
import { hears, HostileServer, LOGIN, loginUpTo, says } from './hostile-session.ts';

const FIRST = 'Subject: one\r\n\r\n..\r\n.end\r\n';
const SECOND = '';

/** A session from the greeting to the answer to QUIT. */
const SESSION: readonly ReplayEvent[] = [
  ...LOGIN,
  ...hears('UIDL'),
  says('+OK\r\n1 a\r\n2 b\r\n.\r\n'),
  ...hears('LIST'),
  says('+OK 2\r\n1 24\r\n2 0\r\n.\r\n'),
  ...hears('TOP 1 0'),
  says('+OK\r\nSubject: one\r\n\r\n.\r\n'),
  ...hears('RETR 1'),
  says('+OK\r\nSubject: one\r\n\r\n...\r\n..end\r\n.\r\n'),
  ...hears('RETR 2'),
  says('+OK\r\n.\r\n'),
  ...hears('DELE 1'),
  says('+OK\r\n'),
  ...hears('QUIT'),
  says('+OK bye\r\n'),
];

const RESULTS: readonly unknown[] = [
  'open',
  [
    { messageNumber: 1, uidl: 'a' },
    { messageNumber: 2, uidl: 'b' },
  ],
  [
    { messageNumber: 1, octets: 24 },
    { messageNumber: 2, octets: 0 },
  ],
  'Subject: one\r\n\r\n',
  FIRST,
  SECOND,
  'deleted',
  'quit',
];

/** Does all of it; what was finished is in `results` when it throws. */
async function runSession(server: HostileServer, results: unknown[]): Promise<void> {
  const session = await server.open();
  results.push('open');
  results.push(await session.uidl());
  results.push(await session.list());
  const header = await session.top(1, 0);
  assert.ok(header);
  results.push((await collect(header)).toString('latin1'));
  results.push((await collect(session.retrieve(1))).toString('latin1'));
  results.push((await collect(session.retrieve(2))).toString('latin1'));
  await session.dele(1);
  results.push('deleted');
  await session.quit();
  results.push('quit');
}

/** The session up to so many octets of the server, and then its end. */
function cutAfter(octets: number, end: 'close' | 'reset'): ReplayEvent[] {
  const events: ReplayEvent[] = [];
  let left = octets;
  for (const event of SESSION) {
    if (!('server' in event)) {
      events.push(event);
    } else if (event.server.length <= left) {
      events.push(event);
      left -= event.server.length;
    } else {
      events.push({ server: event.server.subarray(0, left) }, { end });
      return events;
    }
  }
  return events;
}

const ALL_OCTETS = octetsOf(SESSION);
const BEFORE_PASS_OCTETS = octetsOf(loginUpTo('PASS'));
const AFTER_PASS_OCTETS = octetsOf(LOGIN);

function octetsOf(events: readonly ReplayEvent[]): number {
  return events.reduce((sum, event) => sum + ('server' in event ? event.server.length : 0), 0);
}

test('the session that is cut below is a good one when it is not', async (t) => {
  const results: unknown[] = [];
  const server = new HostileServer(t, SESSION);
  await runSession(server, results);
  assert.deepEqual(results, RESULTS);
  assert.deepEqual(server.connection.remaining, []);
});

const CHUNKS: readonly [name: string, options: ReplayOptions][] = [
  ['whole answers', {}],
  ['one octet per read', { chunkOctets: () => 1 }],
];

for (const end of ['close', 'reset'] as const) {
  for (const [name, options] of CHUNKS) {
    test(`a session cut by ${end} after any octet, ${name}, ends in a lost connection and believes nothing half said`, async (t) => {
      for (let octets = 0; octets < ALL_OCTETS; octets += 1) await checkCut(t, octets, end, options);
    });
  }
}

async function checkCut(
  t: TestContext,
  octets: number,
  end: 'close' | 'reset',
  options: ReplayOptions,
): Promise<void> {
  const results: unknown[] = [];
  const server = new HostileServer(t, cutAfter(octets, end), options);
  // Some servers refuse a password by hanging up: behind PASS a connection ended in good order counts as that.
  const isAnsweringPass = end === 'close' && octets >= BEFORE_PASS_OCTETS && octets < AFTER_PASS_OCTETS;
  try {
    await server.fails(isAnsweringPass ? 'POP3_AUTH_FAILED' : 'POP3_CONNECTION_LOST', async () => {
      await runSession(server, results);
    });
  } catch (error) {
    assert.fail(`cut after octet ${octets}: ${(error as Error).message}`);
  }
  assert.deepEqual(results, RESULTS.slice(0, results.length), `cut after octet ${octets}`);
  assert.ok(results.length < RESULTS.length, 'a QUIT without the whole of its answer is no QUIT');
}

test('the end of a message is found wherever two cuts fall', async (t) => {
  const body = Buffer.from('+OK\r\na\r\n..\r\n\r\n.\r\n');
  for (let first = 1; first < body.length; first += 1) {
    for (let second = first; second < body.length; second += 1) {
      let answering = false;
      const chunkOctets = (available: number): number => {
        if (!answering) return available;
        const at = body.length - available;
        return (at < first ? first : at < second ? second : body.length) - at;
      };
      const server = new HostileServer(t, [...LOGIN, ...hears('RETR 1'), { server: body }], { chunkOctets });
      const session = await server.open();
      answering = true;
      assert.equal((await collect(session.retrieve(1))).toString(), 'a\r\n.\r\n\r\n', `${first}, ${second}`);
    }
  }
});

test('a session that is dropped by its owner fails what is under way, once', async (t) => {
  const events = [...LOGIN, ...hears('RETR 1'), says('+OK\r\nhalf of it'), { silence: true } as const];
  const server = new HostileServer(t, events);
  const session = await server.open();
  const retrieved = collect(session.retrieve(1));
  setImmediate(() => {
    session.drop();
  });
  await assert.rejects(
    retrieved,
    (error) => error instanceof MailferryError && error.code === 'POP3_CONNECTION_LOST',
  );
});
