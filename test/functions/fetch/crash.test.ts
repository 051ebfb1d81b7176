// An invocation dies, or a call of it fails, at every step there is: the queue gives its messages out again, and in the end all
// mail is stored once, by one chain of slices, without two sessions at a time, and without waiting longer than it must.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STALE_DRAIN_MS } from '../../../lib/core/drain.ts';
import type { Account } from '../../../lib/core/account.ts';
import type { MailMessage } from '../../crash/model/mail-message.ts';
import type { Moment, Side } from '../../crash/model/process.ts';
import { ANN } from '../../contract/sample-records.ts';
import { FetchWorld } from './fetch-world.ts';
import type { WorldOptions } from './fetch-world.ts';
import type { InvocationFate } from './invoke.ts';
import { runWorld, TICK_MS } from './run-world.ts';

const MAILS = 17;
const MINUTE_MS = 60_000;

interface History {
  readonly options?: WorldOptions;
  readonly account?: Partial<Account>;
  readonly invocationMs?: number;
  /** Of the nth invocation, from 1. */
  readonly fates?: Readonly<Record<number, InvocationFate>>;
}

interface Ending {
  /** Of each invocation. */
  readonly steps: readonly number[];
  readonly tookMs: number;
  readonly world: FetchWorld;
}

/** Until all mail is stored and nothing is left to be done or told; for 6 hours at most. */
async function play({ options, account, invocationMs = 1300, fates = {} }: History): Promise<Ending> {
  const world = new FetchWorld(options);
  await world.addAccount('ann', MAILS, account);
  const mail = [...world.serverOf('ann').messages];
  const startedAt = world.nowMs;
  const invocations = await runWorld(world, {
    until: startedAt + 6 * 60 * MINUTE_MS,
    pollMs: invocationMs,
    sliceMs: invocationMs,
    fateOf: (number) => fates[number] ?? {},
    isOver: async () => (await world.missing('ann')).length === 0 && (await isAtRest(world)),
  });
  assert.deepEqual(world.accusations, []);
  const isStored = ({ sha256 }: MailMessage): boolean =>
    world.blobs.writes.some((key) => key.includes(sha256));
  assert.ok(mail.every(isStored), 'everything is stored');
  assert.equal(world.blobs.writes.length, MAILS, 'and once');
  assert.ok(await isAtRest(world), 'nothing is left to be done');
  const steps = invocations.map(({ process }) => process.steps);
  return { steps, tookMs: world.nowMs - startedAt, world };
}

/** No chain, no message, and nothing that was not told. */
async function isAtRest(world: FetchWorld): Promise<boolean> {
  const { drain, state, announcedRunId } = await world.directory.view(ANN);
  const messages = world.polls.bodies.length + world.drains.bodies.length;
  return drain === undefined && messages === 0 && announcedRunId === state.progress?.lastRunId;
}

interface Mishap {
  readonly invocation: number;
  readonly moment: Moment;
  /** For people. */
  readonly at: string;
}

/**
 * Every step of every invocation of a history without mishap.
 * @param sides `after` the one step is all but `before` the next
 */
async function* everyStep(history: History, sides: readonly Side[]): AsyncGenerator<Mishap> {
  const { steps } = await play(history);
  assert.ok(steps.length >= 4, `there are several slices: ${steps.length - 1}`);
  for (const [index, count] of steps.entries()) {
    for (let step = 1; step <= count; step += 1) {
      for (const side of sides) {
        const invocation = index + 1;
        yield { invocation, moment: { step, side }, at: `invocation ${invocation}, ${side} step ${step}` };
      }
    }
  }
}

test('an invocation that dies at any step costs no more than the time its message is out of sight', async () => {
  let histories = 0;
  for await (const { invocation, moment, at } of everyStep({}, ['after'])) {
    const { tookMs, world } = await play({ fates: { [invocation]: { crash: moment } } });
    assert.ok(tookMs < 5 * MINUTE_MS, `${at}: it took ${tookMs} ms`);
    assert.deepEqual([...world.polls.dead, ...world.drains.dead], [], at);
    histories += 1;
  }
  assert.ok(histories > 100, `${histories} histories`);
});

test('a call that fails at any step, done or not, ends in all mail stored once', async () => {
  for await (const { invocation, moment, at } of everyStep({}, ['before', 'after'])) {
    const { tookMs } = await play({ fates: { [invocation]: { fault: moment } } });
    // Some failures make the account wait for its next poll.
    assert.ok(tookMs < 2 * TICK_MS, `${at}: it took ${tookMs} ms`);
  }
});

test('messages that come back while the lease of a dead invocation is in force lose nothing', async () => {
  const options = { visibilityMs: 5000 };
  for await (const { invocation, moment, at } of everyStep({ options }, ['after'])) {
    const { tookMs, world } = await play({ options, fates: { [invocation]: { crash: moment } } });
    assert.ok(tookMs < 3 * TICK_MS, `${at}: it took ${tookMs} ms`);
    assert.deepEqual([...world.polls.dead, ...world.drains.dead], [], at);
  }
});

test('with deletions, nothing is deleted that is not stored, wherever an invocation dies', async () => {
  const history = { account: { onServer: 'delete' }, invocationMs: 1200 } as const;
  for await (const { invocation, moment } of everyStep(history, ['after'])) {
    await play({ ...history, fates: { [invocation]: { crash: moment } } });
  }
});

test('a drain whose message is lost is taken over by a poll', async () => {
  const world = new FetchWorld();
  await world.addAccount('ann', MAILS);
  const startedAt = world.nowMs;
  let lost = 0;
  await runWorld(world, {
    until: startedAt + STALE_DRAIN_MS + 60 * MINUTE_MS,
    pollMs: 1000,
    sliceMs: 1000,
    isOver: async () => {
      const isSecond = (await world.drainOf('ann'))?.slice === 2;
      for (const { id } of isSecond && lost === 0 ? world.drains.receive(1) : []) {
        world.drains.delete(id);
        lost += 1;
      }
      return (await world.missing('ann')).length === 0;
    },
  });
  assert.equal(lost, 1);
  assert.deepEqual(world.accusations, []);
  assert.deepEqual(await world.missing('ann'), []);
  const tookMs = world.nowMs - startedAt;
  assert.ok(tookMs > STALE_DRAIN_MS && tookMs < STALE_DRAIN_MS + TICK_MS + MINUTE_MS, `${tookMs} ms`);
});
