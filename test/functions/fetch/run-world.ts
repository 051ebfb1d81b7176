// Lets a world go on by itself: the dispatcher's ticks, and the queues' messages to the functions, one invocation after the
// other.

import type { FetchWorld } from './fetch-world.ts';
import { invoke } from './invoke.ts';
import type { Invocation, InvocationFate } from './invoke.ts';

export const TICK_MS = 15 * 60_000;
const BATCH = 10;

export interface WorldCourse {
  /** Epoch milliseconds. */
  readonly until: number;
  readonly pollMs?: number;
  readonly sliceMs?: number;
  /** @param number of the invocation, from 1 */
  readonly fateOf?: (number: number, kind: 'poll' | 'drain') => InvocationFate;
  /** Asked of each message that was done: it is given out again, once. */
  readonly again?: () => boolean;
  /** Asked after each invocation. */
  readonly isOver?: () => Promise<boolean> | boolean;
}

/** @returns all invocations, in order */
export async function runWorld(world: FetchWorld, course: WorldCourse): Promise<Invocation[]> {
  const { until, pollMs = 120_000, sliceMs = 120_000, fateOf = () => ({}) } = course;
  const { again = () => false, isOver = () => false } = course;
  const invocations: Invocation[] = [];
  let nextTick = world.nowMs;
  while (world.nowMs < until) {
    if (world.nowMs >= nextTick) {
      await dispatch(world);
      nextTick += TICK_MS;
    }
    const polls = world.polls.receive(BATCH);
    const kind = polls.length > 0 ? 'poll' : 'drain';
    const messages = polls.length > 0 ? polls : world.drains.receive(1);
    if (messages.length === 0) {
      const nexts = [nextTick, world.polls.nextAt, world.drains.nextAt].filter((at) => at !== undefined);
      world.nowMs = Math.max(world.nowMs + 1, Math.min(...nexts));
      continue;
    }
    const fate = fateOf(invocations.length + 1, kind);
    const timeoutMs = kind === 'poll' ? pollMs : sliceMs;
    const invocation = await invoke(world, kind, messages, { timeoutMs, ...fate });
    invocations.push(invocation);
    const failures = invocation.response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    for (const message of messages) {
      const isDone = failures !== undefined && !failures.includes(message.id);
      const queue = kind === 'poll' ? world.polls : world.drains;
      if (isDone && message.receives === 1 && again()) queue.giveAgain(message);
    }
    if (await isOver()) break;
  }
  return invocations;
}

/** As the dispatch function: whoever is paused or has to wait is left alone. */
async function dispatch(world: FetchWorld): Promise<void> {
  for await (const { id, slot, nextAttemptAt } of world.directory.list()) {
    if (slot !== 'paused' && (nextAttemptAt ?? 0) <= world.nowMs) world.sendPoll(id);
  }
}
