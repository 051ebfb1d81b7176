// `--time`: a run is asked to end a reserve before its deadline and made to at it; a signal still counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startRunClock } from '../../lib/cli/run-clock.ts';
import { MailferryError } from '../../lib/core/errors.ts';

interface Signals {
  readonly stop: AbortController;
  readonly abort: AbortController;
}

function startClock(
  context: TestContext,
  timeMs: number | undefined,
): Signals & { clock: ReturnType<typeof startRunClock> } {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const stop = new AbortController();
  const abort = new AbortController();
  const clock = startRunClock({ stop: stop.signal, abort: abort.signal, close: () => {} }, timeMs);
  context.after(() => {
    clock.close();
  });
  return { stop, abort, clock };
}

function assertTimeUp(signal: AbortSignal): void {
  assert.ok(signal.aborted);
  const reason: unknown = signal.reason;
  assert.ok(reason instanceof MailferryError);
  assert.deepEqual([reason.code, reason.scope, reason.retryable], ['TIME_UP', 'session', true]);
  assert.ok(reason.hint);
}

for (const [what, timeMs, reserveMs] of [
  ['half a minute of a long time', 600_000, 30_000],
  ['a fifth of a short time', 50_000, 10_000],
] as const) {
  test(`the reserve is ${what}`, (context) => {
    const { clock } = startClock(context, timeMs);
    context.mock.timers.tick(timeMs - reserveMs - 1);
    assert.equal(clock.stop.aborted, false);
    context.mock.timers.tick(1);
    assertTimeUp(clock.stop);
    assert.equal(clock.abort.aborted, false);
    context.mock.timers.tick(reserveMs - 1);
    assert.equal(clock.abort.aborted, false);
    context.mock.timers.tick(1);
    assertTimeUp(clock.abort);
  });
}

test('a signal counts at once, with its own reason', (context) => {
  const { clock, stop, abort } = startClock(context, 60_000);
  stop.abort(new Error('first'));
  abort.abort(new Error('second'));
  assert.match(String(clock.stop.reason), /first/);
  assert.match(String(clock.abort.reason), /second/);
  context.mock.timers.tick(60_000);
  assert.match(String(clock.stop.reason), /first/);
});

test('a closed clock runs no more, and one without a time never did', (context) => {
  const { clock } = startClock(context, 60_000);
  clock.close();
  context.mock.timers.tick(120_000);
  assert.deepEqual([clock.stop.aborted, clock.abort.aborted], [false, false]);
  const stop = new AbortController();
  const endless = startRunClock({ stop: stop.signal, abort: stop.signal, close: () => {} }, undefined);
  context.mock.timers.tick(2 ** 31 - 1);
  assert.equal(endless.stop.aborted, false);
  stop.abort();
  assert.equal(endless.stop.aborted, true);
});

test('deletions begin no later than half-way through the reserve', (context) => {
  const { clock } = startClock(context, 100_000);
  context.mock.timers.tick(89_999);
  assert.equal(clock.deleteUntil.aborted, false);
  context.mock.timers.tick(1);
  assertTimeUp(clock.deleteUntil);
});
