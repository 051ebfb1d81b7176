// STLS against somebody in the middle: injected octets, answers before their questions, a stripped capability, a refused
// upgrade. In no case is a credential sent, and in none does the session go on in clear text (RFC 2595 section 9).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ReplayEvent } from '../../support/replay-script.ts';
import { hears, HostileServer, says, standingClock } from './hostile-session.ts';

const TLS: ReplayEvent = { tls: true };
const CAPA_ANSWER = '+OK\r\nUSER\r\nUIDL\r\nTOP\r\n.\r\n';
const GREETED: readonly ReplayEvent[] = [says('+OK ready\r\n'), ...hears('STLS')];

function overStls(t: TestContext, events: readonly ReplayEvent[]): HostileServer {
  return new HostileServer(t, events, {}, 'starttls');
}

function assertNoCredential(server: HostileServer): void {
  const sent = server.connection.sentLines.join('\n');
  assert.doesNotMatch(sent, /USER|PASS|AUTH|APOP|secret/, sent);
}

test('STLS, CAPA and login, in this order, when nobody is in the middle', async (t) => {
  const server = overStls(t, [
    ...GREETED,
    says('+OK begin\r\n'),
    TLS,
    ...hears('CAPA'),
    says(CAPA_ANSWER),
    ...hears('USER ann'),
    says('+OK\r\n'),
    ...hears('PASS secret'),
    says('+OK\r\n'),
  ]);
  const session = await server.open();
  assert.equal(server.connection.handshakes, 1);
  session.drop();
});

for (const answer of ['-ERR no', '-ERR [SYS/TEMP] not now', '+ERR no', '+', '+OKAY']) {
  test(`STLS answered "${answer}" ends the session, and nothing is tried without TLS`, async (t) => {
    const server = overStls(t, [...GREETED, says(`${answer}\r\n`)]);
    await server.fails('STLS_REFUSED', async () => await server.open());
    assertNoCredential(server);
    assert.equal(server.connection.handshakes, 0);
  });
}

for (const injected of [
  '+OK\r\n',
  CAPA_ANSWER,
  '-ERR\r\n',
  'x',
  '\r\n',
  '\0',
  '+OK\r\n+OK\r\n+OK logged in\r\n',
  '\x16\x03\x03\x00\x00',
]) {
  test(`${JSON.stringify(injected)} between the answer to STLS and the handshake ends the session`, async (t) => {
    for (const chunkOctets of [undefined, () => 1]) {
      const server = new HostileServer(
        t,
        [...GREETED, says(`+OK begin\r\n${injected}`), TLS],
        chunkOctets && { chunkOctets },
        'starttls',
      );
      const error = await server
        .fails('POP3_PROTOCOL', async () => await server.open())
        .catch(async () => {
          return await server.fails('TLS_HANDSHAKE_FAILED', async () => await server.open());
        });
      assert.ok(error);
      assertNoCredential(server);
      assert.equal(server.connection.handshakes, 0);
    }
  });
}

test('an answer to STLS that came with the greeting ends the session before STLS', async (t) => {
  const server = overStls(t, [says('+OK ready\r\n+OK begin\r\n')]);
  await server.fails('POP3_PROTOCOL', async () => await server.open());
  assertNoCredential(server);
});

test('an answer to the first CAPA that was there before it was asked ends the session', async (t) => {
  const server = overStls(t, [...GREETED, says('+OK begin\r\n'), TLS, says(CAPA_ANSWER)]);
  await server.fails('POP3_PROTOCOL', async () => await server.open());
  assertNoCredential(server);
});

// QUIRK(courier): commands injected into the clear text before STLS are answered after the handshake.
for (const [name, extra] of [
  ['a CAPA', CAPA_ANSWER],
  ['a login', '+OK\r\n+OK logged in\r\n'],
  ['a refused command', '-ERR what\r\n'],
] as const) {
  test(`the answer to ${name} injected before the handshake, given after it, ends the session`, async (t) => {
    for (const answers of [extra + CAPA_ANSWER, CAPA_ANSWER + extra]) {
      const server = overStls(t, [...GREETED, says('+OK begin\r\n'), TLS, ...hears('CAPA'), says(answers)]);
      await server.fails('POP3_PROTOCOL', async () => await server.open());
      assertNoCredential(server);
    }
  });
}

test('a CAPA after the handshake that gets a status line and no list ends the session at its deadline', async (t) => {
  const clock = standingClock(t);
  const events = [
    ...GREETED,
    says('+OK begin\r\n'),
    TLS,
    ...hears('CAPA'),
    says('+OK\r\n'),
    { silence: true } as const,
  ];
  const onSilence = (): void => {
    clock.advance(3_600_000);
  };
  const server = new HostileServer(t, events, { onSilence }, 'starttls');
  await server.fails('POP3_TIMEOUT', async () => await server.open());
  assertNoCredential(server);
});

test('a CAPA after the handshake that is cut is not left out on another connection: only it shows what was injected', async (t) => {
  const events = [...GREETED, says('+OK begin\r\n'), TLS, ...hears('CAPA'), { end: 'close' } as const];
  const server = overStls(t, events);
  await server.fails('POP3_CONNECTION_LOST', async () => await server.open());
  assert.equal(server.dials, 1, 'it dialled again');
  assertNoCredential(server);
});

test('a server without CAPA may be logged in to after the handshake', async (t) => {
  const server = overStls(t, [
    ...GREETED,
    says('+OK begin\r\n'),
    TLS,
    ...hears('CAPA'),
    says('-ERR unknown command\r\n'),
    ...hears('USER ann'),
    says('+OK\r\n'),
    ...hears('PASS secret'),
    says('+OK\r\n'),
  ]);
  (await server.open()).drop();
});
