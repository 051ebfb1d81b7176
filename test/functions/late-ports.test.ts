// What is loaded late is loaded once, when it is needed, and behaves as if it had been there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lateEventSink, lateJobQueue } from '../../functions/late-ports.ts';
import type { FerryEvent } from '../../lib/core/events.ts';

const EVENT = { id: 'x' } as FerryEvent;

test('a queue is opened at its first job, once for many at the same time, and disposed of only then', async () => {
  const happened: string[] = [];
  const queue = lateJobQueue<string>(async () => {
    happened.push('open');
    await new Promise((wake) => setTimeout(wake, 5));
    return {
      enqueue: async (job) => void happened.push(job),
      [Symbol.dispose]: () => void happened.push('disposed'),
    };
  });
  queue[Symbol.dispose]();
  assert.deepEqual(happened, []);
  await Promise.all([queue.enqueue('a'), queue.enqueue('b')]);
  await queue.enqueue('c');
  assert.deepEqual(happened, ['open', 'a', 'b', 'c']);
  queue[Symbol.dispose]();
  await new Promise((wake) => setImmediate(wake));
  assert.deepEqual(happened, ['open', 'a', 'b', 'c', 'disposed']);
});

test('a sink is not opened for nothing, and its events and errors pass through', async () => {
  const published: unknown[] = [];
  let opened = 0;
  const sink = lateEventSink(async () => {
    opened += 1;
    return {
      publish: async (events) => {
        if (published.length > 0) throw new Error('full');
        published.push(...events);
      },
      [Symbol.dispose]: () => undefined,
    };
  });
  await sink.publish([]);
  assert.equal(opened, 0);
  await sink.publish([EVENT]);
  assert.deepEqual(published, [EVENT]);
  await assert.rejects(sink.publish([EVENT]), /full/);
  assert.equal(opened, 1);
});

test('what could not be opened is tried again', async () => {
  let tries = 0;
  const queue = lateJobQueue(async () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return { enqueue: async () => undefined, [Symbol.dispose]: () => undefined };
  });
  await assert.rejects(queue.enqueue('a'), /not yet/);
  await queue.enqueue('a');
  assert.equal(tries, 2);
});
