// The watchdog bites what stands still, and only that.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Watchdog } from '../../lib/parse/watchdog.ts';

/** Milliseconds pass one by one, as for a process that runs. */
function withClock(body: (tick: (ms: number) => void) => Promise<void> | void): () => Promise<void> {
  return async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      await body((ms) => {
        for (let count = 0; count < ms; count += 1) mock.timers.tick(1);
      });
    } finally {
      mock.timers.reset();
    }
  };
}

void test(
  'without progress it calls once',
  withClock((tick) => {
    let calls = 0;
    const watchdog = new Watchdog(100, () => (calls += 1));
    tick(99);
    assert.equal(calls, 0);
    tick(1000);
    watchdog.touch();
    tick(1000);
    assert.equal(calls, 1);
  }),
);

void test(
  'every progress starts the time anew, and stopping ends it',
  withClock((tick) => {
    let calls = 0;
    const watchdog = new Watchdog(100, () => (calls += 1));
    for (let count = 0; count < 10; count += 1) {
      tick(90);
      watchdog.touch();
    }
    watchdog.stop();
    tick(1000);
    assert.equal(calls, 0);
  }),
);

void test(
  'while others are waited for the time stands still, also when two are at once and one fails',
  withClock(async (tick) => {
    let calls = 0;
    const watchdog = new Watchdog(100, () => (calls += 1));
    const first = Promise.withResolvers<string>();
    const second = Promise.withResolvers<string>();
    const waiting = [
      watchdog.during(async () => await first.promise),
      watchdog.during(async () => await second.promise),
    ];
    tick(1000);
    first.resolve('a');
    assert.equal(await waiting[0], 'a');
    tick(1000);
    assert.equal(calls, 0);
    second.reject(new Error('gone'));
    await assert.rejects(async () => await waiting[1], /gone/);
    tick(100);
    assert.equal(calls, 1);
  }),
);

void test(
  'while this process was stopped the time stood still, for as long as it was and however often',
  withClock((tick) => {
    let calls = 0;
    let stoppedMs = 0;
    let ranMs = 0;
    const watchdog = new Watchdog(
      800,
      () => (calls += 1),
      () => ranMs + stoppedMs,
    );
    const run = (ms: number): void => {
      for (let count = 0; count < ms; count += 1) {
        ranMs += 1;
        tick(1);
      }
    };
    // All but the last piece is over. What follows is found overdue at once by the timer, and is nobody's silence.
    run(750);
    for (let sleeps = 0; sleeps < 5; sleeps += 1) {
      stoppedMs += 3_600_000;
      run(60);
      assert.equal(calls, 0);
    }
    run(100);
    assert.equal(calls, 1);
    watchdog.stop();
  }),
);
