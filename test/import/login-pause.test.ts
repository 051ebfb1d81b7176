// Two logins of one run are as far apart as the server wants them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoginPause } from '../../lib/import/login-pause.ts';

const { signal } = new AbortController();

test('before the first login, and without LOGIN-DELAY, nothing is waited for', async () => {
  const pause = new LoginPause(() => 0);
  await pause.wait(signal);
  pause.loggedIn(undefined);
  await pause.wait(signal);
});

test('what is left of a short delay is waited for, and not more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const pause = new LoginPause(() => now);
  pause.loggedIn(10);
  now = 4000;
  let isOver = false;
  const waiting = (async () => {
    await pause.wait(signal);
    isOver = true;
  })();
  t.mock.timers.tick(5999);
  await Promise.resolve();
  assert.equal(isOver, false);
  t.mock.timers.tick(1);
  await waiting;
  now = 10_000;
  await pause.wait(signal);
});

test('a long delay ends the run, which says when to come again', async () => {
  let now = 0;
  const pause = new LoginPause(() => now);
  pause.loggedIn(300);
  now = 100_000;
  await assert.rejects(pause.wait(signal), {
    code: 'POP3_MAILDROP_BUSY',
    scope: 'session',
    retryAfterMs: 200_000,
  });
});

test('waiting ends when the run is aborted', async () => {
  const pause = new LoginPause(() => 0);
  pause.loggedIn(10);
  const reason = new Error('time is up');
  await assert.rejects(pause.wait(AbortSignal.abort(reason)), reason);
});
