// What becomes of commands sent ahead at servers that cannot take them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipeliningTrial } from '../../lib/doctor/judge-pipelining.ts';
import { ONE_BY_ONE } from '../../lib/core/pop3/retrieval-window.ts';
import { takeSamples } from '../../lib/doctor/take-samples.ts';
import { tryPipelining } from '../../lib/doctor/try-pipelining.ts';
import { inScript } from '../session/session-under-test.ts';
import type { ScriptStep } from '../support/scripted-server.ts';

const CHOSEN = [1, 2].map((messageNumber) => ({ messageNumber, octets: 5 }));
const ONE: ScriptStep = { send: '+OK\r\none\r\n.\r\n' };
const TWO: ScriptStep = { send: '+OK\r\ntwo\r\n.\r\n' };
const SINGLY: readonly ScriptStep[] = [{ expect: 'RETR 1' }, ONE, { expect: 'RETR 2' }, TWO];
const AHEAD: readonly ScriptStep[] = ['RETR 1', 'LIST 1', 'RETR 2', 'LIST 2'].map((expect) => ({ expect }));

async function trialOf(
  answers: readonly ScriptStep[],
  signal = new AbortController().signal,
): Promise<PipeliningTrial> {
  let trial: PipeliningTrial | undefined;
  await inScript([...SINGLY, ...AHEAD, ...answers], async (session) => {
    const { samples } = await takeSamples(session, CHOSEN, ONE_BY_ONE);
    const before = { chosen: CHOSEN, samples, tookMs: 1 };
    trial = await tryPipelining(session, before, { now: () => 0, trialMs: 100, signal });
  });
  assert.ok(trial);
  return trial;
}

const LIST_1: ScriptStep = { send: '+OK 1 5\r\n' };
const LIST_2: ScriptStep = { send: '+OK 2 5\r\n' };

test('a server that answers in order is found to', async () => {
  assert.deepEqual(await trialOf([ONE, LIST_1, TWO, LIST_2]), {
    works: true,
    messages: 2,
    singleMs: 1,
    aheadMs: 0,
  });
});

const BROKEN: readonly [string, readonly ScriptStep[], RegExp][] = [
  ['loses a command', [ONE, LIST_1], /did not come within 0\.1 s/],
  ['answers out of order', [ONE, LIST_2, TWO, LIST_1], /^POP3_PROTOCOL: .*out of step/],
  ['gives the wrong message', [ONE, LIST_1, ONE, LIST_2], /1 of 2 messages were not the same/],
  ['refuses what comes ahead', [ONE, LIST_1, { send: '-ERR wait\r\n' }, LIST_2], /1 of 2 messages/],
  ['hangs up', [ONE, { end: 'close' }], /^POP3_CONNECTION_LOST/],
];

for (const [what, answers, why] of BROKEN) {
  test(`a server that ${what} is found to`, async () => {
    const trial = await trialOf(answers);
    assert.ok(!trial.works);
    assert.match(trial.why, why);
  });
}

test('an examination that is over is no finding about the server', async () => {
  const over = AbortSignal.abort(new Error('over'));
  await assert.rejects(trialOf([ONE, { end: 'close' }], over), /^Error: over$/);
});
