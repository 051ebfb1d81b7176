// The watchdog bites what stands still, and only that.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Watchdog } from '../../lib/parse/watchdog.ts';

function withClock(body: (tick: (ms: number) => void) => Promise<void> | void): () => Promise<void> {
  return async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      await body((ms) => mock.timers.tick(ms));
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
