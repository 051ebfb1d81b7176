// The trace of a real session can be replayed as a transcript: what somebody sends us becomes a test.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { TraceFile } from '../../lib/adapters/trace-file.ts';
import { PIPELINED } from '../../lib/core/pop3/retrieval-window.ts';
import { openSession } from '../../lib/session/open-session.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import { ACCESS, accountAt, MAIL, startWith } from '../session/session-under-test.ts';
import { collect } from '../support/memory-blob-store.ts';
import { pop3BySocket } from '../support/pop3-by.ts';
import type { Pop3Faults } from '../support/pop3-server/faults.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { toTranscript } from '../support/trace-transcript.ts';
import { parseTranscript } from '../support/transcript.ts';
import { replay } from '../support/transcript-replay.ts';

async function traceOf(
  use: (session: Pop3Session) => Promise<void>,
  faults: Pop3Faults = {},
): Promise<string> {
  await using folder = await temporaryFolder();
  await using server = await startWith(faults, [...MAIL, Buffer.from('')]);
  const path = join(folder.path, 'trace');
  const file = new TraceFile(path, { now: Date.now, onFailure: (text) => assert.fail(text) });
  const account = accountAt(server.port);
  const ports = { ...pop3BySocket, trace: () => file.session(account) };
  const session = await openSession(account, ACCESS, ports, new AbortController().signal);
  try {
    await use(session);
  } finally {
    session.drop();
    file.close();
  }
  return await readFile(path, 'utf8');
}

async function assertReplays(trace: string, steps: readonly string[]): Promise<void> {
  const transcript = parseTranscript(toTranscript(trace, 1), () => assert.fail('nothing is included'));
  assert.deepEqual(
    transcript.steps.map(({ verb, args }) => [verb, ...args].join(' ')),
    steps,
  );
  for (const chunkOctets of [(available: number) => available, () => 1]) {
    await replay(transcript, { chunkOctets });
  }
}

test('a session of every command is replayed from its trace', async () => {
  const trace = await traceOf(async (session) => {
    await session.capabilities();
    await session.stat();
    await session.uidl();
    await session.list();
    for (const number of [1, 2, 4]) await collect(session.retrieve(number));
    const header = await session.top(3, 0);
    assert.ok(header);
    await collect(header);
    await session.dele(2);
    await session.rset();
    await session.noop();
    await session.quit();
  });
  assert.doesNotMatch(trace, /Subject/, 'mail is in the trace');
  const commands = ['capa', 'stat', 'uidl', 'list', 'retr 1', 'retr 2', 'retr 4', 'top 3 0'];
  await assertReplays(trace, ['open', ...commands, 'dele 2', 'rset', 'noop', 'quit']);
});

test('one with commands sent ahead, a message refused, and no proper end, too', async () => {
  const trace = await traceOf(
    async (session) => {
      const requests = [1, 2, 3].map((messageNumber) => ({ messageNumber, octets: 100 }));
      for await (const { request, read } of session.retrieveEach(requests, PIPELINED)) {
        if (request.messageNumber === 2) await assert.rejects(collect(read()));
        else await collect(read());
      }
    },
    { refuseRetr: [2], refuseCapa: true },
  );
  await assertReplays(trace, ['open', 'fetch 1 2 3', 'drop']);
});

test('a login by SCRAM becomes one of USER and PASS, and what is hidden stands for anything', async () => {
  const trace = [
    '# session 1, 2026-11-23T20:00:00.000Z: account ann at pop.example.org:995, tls implicit',
    '20:00:00.000 S: +OK ready {x * 3}',
    '20:00:00.000 C: CAPA',
    '20:00:00.000 S: +OK',
    '20:00:00.000 S: SASL SCRAM-SHA-256',
    '20:00:00.000 S: .',
    '20:00:00.001 C: AUTH SCRAM-SHA-256 ***',
    '20:00:00.001 S: + ***',
    '20:00:00.001 C: ***',
    '20:00:00.001 S: + ***',
    '20:00:00.001 C: ***',
    '20:00:00.001 S: +OK hello ***',
    '20:00:00.002 C: STAT',
    '# session 2, 2026-11-23T20:00:00.000Z: account bob at pop.example.org:995, tls implicit',
    '20:00:00.000 S: +OK ready',
    '# session 1 again',
    '20:00:00.002 S: +OK 0 0',
    '# closed by us',
    '',
  ].join('\n');
  await assertReplays(trace, ['open', 'stat', 'drop']);
});
