// An invocation of the dispatch function: what it counts, what it says, and when it fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTick } from '../../../functions/dispatch/run-tick.ts';
import type { TickPorts } from '../../../functions/dispatch/run-tick.ts';
import { METRICS } from '../../../functions/metrics.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import { suspendedProgress } from '../../contract/account-directory-under-test.ts';
import { manyAccounts } from '../../contract/sample-accounts.ts';
import {
  DAY_MINUTES,
  dispatchWorld,
  HOUR_MS,
  MINUTE_MS,
  overriding,
} from '../../dispatch/dispatch-under-test.ts';
import type { DispatchWorld } from '../../dispatch/dispatch-under-test.ts';

const EVERY_MINUTE = { schedule: { everyMinutes: 1 } };

interface Told {
  readonly ports: TickPorts;
  readonly counts: Map<string, number>;
  readonly lines: string[];
}

function telling(world: DispatchWorld, changes: Partial<TickPorts> = {}): Told {
  const counts = new Map<string, number>();
  const lines: string[] = [];
  const line = (text: string, facts: unknown): void => void lines.push(`${text} ${JSON.stringify(facts)}`);
  const watch: TickPorts['watch'] = {
    count: (metric, value) => void counts.set(metric, value),
    info: line,
    warn: line,
  };
  const { directory, polls, events } = world;
  const ports = { directory, polls, events, now: () => world.minute * MINUTE_MS, staleMs: HOUR_MS };
  return { ports: { ...ports, watch, ...changes }, counts, lines };
}

test('every metric of the service is sent with every tick, and no line names an account', async () => {
  const world = await dispatchWorld(manyAccounts('secret-name', 4, EVERY_MINUTE));
  const waiting = suspendedProgress({ nextAttemptAt: (world.minute + 90) * MINUTE_MS });
  await world.ledger.saveProgress('secret-name-0' as AccountId, waiting, undefined);
  const backedOff = { ...waiting, suspendedFor: undefined };
  await world.ledger.saveProgress('secret-name-1' as AccountId, backedOff, undefined);
  const { ports, counts, lines } = telling(world);
  await runTick(ports);
  assert.deepEqual([...counts.keys()].sort(), Object.keys(METRICS.dispatch).sort());
  assert.deepEqual(Object.fromEntries(counts), {
    AccountsDue: 4,
    PollsSent: 2,
    PollsRetried: 0,
    AccountsBackedOff: 1,
    AccountsSuspended: 1,
    AccountsStale: 0,
    OldestSuccessAgeSeconds: 0,
    MinutesMissed: 0,
  });
  world.minute += 2 * DAY_MINUTES;
  await runTick(ports);
  assert.deepEqual([counts.get('AccountsStale'), counts.get('MinutesMissed')], [0, DAY_MINUTES]);
  assert.equal(counts.get('OldestSuccessAgeSeconds'), 2 * DAY_MINUTES * 60);
  // Nobody could succeed while nobody dispatched; now they have had a turn.
  world.minute += 1;
  await runTick(ports);
  assert.equal(counts.get('AccountsStale'), 4);
  assert.equal(lines.length, 3);
  assert.ok(lines.every((line) => line.startsWith('tick {') && !line.includes('secret-name')));
});

test('a bus that fails fails the invocation, after the polls were sent and noted', async () => {
  const world = await dispatchWorld(manyAccounts('account', 2, EVERY_MINUTE));
  world.minute += 61;
  world.events.fault = () => {
    throw new Error('no bus');
  };
  const { ports, counts } = telling(world);
  await assert.rejects(runTick(ports), { message: 'no bus' });
  assert.equal(counts.get('PollsSent'), 2);
  assert.equal(await world.directory.lastTick(), world.minute);
});

test('a schedule that cannot be read fails the invocation, after everybody else was polled', async () => {
  const world = await dispatchWorld(manyAccounts('account', 2, EVERY_MINUTE));
  const broken = { cron: 'at dawn', timezone: 'UTC' };
  const directory = overriding(world.directory, {
    schedules: async () => [broken, ...(await world.directory.schedules())],
  });
  const { ports, counts } = telling(world, { directory });
  await assert.rejects(runTick(ports), { code: 'CONFIG_INVALID', retryable: false, message: /at dawn/ });
  assert.equal(counts.get('PollsSent'), 2);
  assert.equal(await world.directory.lastTick(), world.minute);
});

test('an account that cannot be read fails the invocation, after everybody else was polled and the tick was noted', async () => {
  const world = await dispatchWorld(manyAccounts('account', 3, EVERY_MINUTE));
  const directory = overriding(world.directory, {
    async *inSlot(slot, unreadable) {
      for await (const account of world.directory.inSlot(slot)) {
        if (account.id === 'account-0') unreadable?.(new Error('unreadable'));
        else yield account;
      }
    },
  });
  const { ports, counts, lines } = telling(world, { directory });
  await assert.rejects(runTick(ports), { message: 'unreadable' });
  assert.equal(counts.get('PollsSent'), 2);
  assert.equal(await world.directory.lastTick(), world.minute);
  assert.match(lines.join(), /"unreadable":1/);
});

test('a dispatcher that was overtaken says so, and does not fail', async () => {
  const world = await dispatchWorld(manyAccounts('account', 2, EVERY_MINUTE));
  world.polls.fault = () => void world.directory.saveTick(world.minute, undefined);
  const { ports, lines } = telling(world);
  await runTick(ports);
  assert.match(lines.join(), /^another dispatcher was faster/);
});
