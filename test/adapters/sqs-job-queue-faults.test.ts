// An SQS that throttles, fails, refuses, and loses requests and answers: what can be made good is, and the rest is QUEUE_FAILED.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqsMessage } from '../../lib/adapters/sqs-job-queue.ts';
import { THROTTLED, UNAVAILABLE } from '../support/aws-fault.ts';
import type { AwsFault } from '../support/aws-fault.ts';
import { failureOf } from '../support/failure-of.ts';
import { bodiesOf, fifoMessage, openSqsRig, plainMessages } from '../support/sqs-rig.ts';

const FAILURES: readonly (readonly [fault: AwsFault, retryable: boolean, hint: RegExp])[] = [
  [{ status: 500, type: 'InternalFailure' }, true, /run again/],
  [UNAVAILABLE, true, /run again/],
  [THROTTLED, true, /high throughput/],
  ['dropped', true, /network/],
  ['answer-lost', true, /network/],
  ['answer-cut', true, /network/],
  [{ status: 400, type: 'QueueDoesNotExist' }, false, /that the queue poll\.fifo exists/],
  [{ status: 403, type: 'AccessDenied' }, false, /allow this role to send messages to the queue poll\.fifo/],
  [{ status: 400, type: 'KmsDisabled' }, false, /encryption key/],
  [{ status: 403, type: 'InvalidClientTokenId' }, false, /credentials/],
  [{ status: 400, type: 'SomethingNew' }, false, /report/],
];

test('each failure says how many jobs are missing, whether it passes, and what to do', async () => {
  await using rig = await openSqsRig('poll.fifo', { maxAttempts: 1 });
  for (const [fault, retryable, hint] of FAILURES) {
    rig.proxy.faultOf = () => fault;
    const error = await failureOf(async () => await rig.queue.enqueue(fifoMessage(1)));
    assert.deepEqual([error.code, error.retryable], ['QUEUE_FAILED', retryable], error.message);
    assert.match(error.message, /^1 of 1 jobs were not taken by the SQS queue poll\.fifo: [\w.]/);
    assert.match(error.hint ?? '', hint);
  }
});

test('a service that is out of order is not asked for the rest', async () => {
  await using rig = await openSqsRig('parse', { maxAttempts: 1 });
  rig.proxy.faultOf = () => UNAVAILABLE;
  const error = await failureOf(async () => await rig.queue.enqueueAll(plainMessages(1000)));
  assert.match(error.message, /^1000 of 1000 jobs/);
  assert.ok((rig.proxy.takeCounts()['SendMessageBatch'] ?? 0) <= 6);
});

test('a bad day costs attempts and no job', async () => {
  await using rig = await openSqsRig('poll.fifo', { maxAttempts: 8 });
  const faults: AwsFault[] = [UNAVAILABLE, THROTTLED, 'dropped', 'answer-lost', 'answer-cut', 'late'];
  let calls = 0;
  rig.proxy.faultOf = () => ((calls += 1) % 4 === 1 ? faults[(calls >> 2) % faults.length] : undefined);
  const messages = Array.from({ length: 200 }, (_, index) => fifoMessage(index));
  await rig.queue.enqueueAll(messages);
  await rig.proxy.deliverLate();
  assert.ok(calls > 25, `only ${calls} calls`);
  assert.deepEqual(bodiesOf(await rig.held()), bodiesOf(messages));
});

test('a queue that is not there is named', async () => {
  await using rig = await openSqsRig('parse');
  const queueUrl = rig.queueUrl.replace('parse', 'no-such-queue');
  const queue = rig.open((message: SqsMessage) => message, { queueUrl });
  const error = await failureOf(async () => await queue.enqueue({ body: 'a' }));
  assert.deepEqual([error.code, error.retryable], ['QUEUE_FAILED', false]);
  assert.match(error.hint ?? '', /that the queue no-such-queue exists/);
});

test('a signal ends what is under way, and what comes after', async () => {
  const abort = new AbortController();
  await using rig = await openSqsRig('parse', { signal: abort.signal });
  rig.proxy.faultOf = async () => {
    abort.abort();
    return await new Promise<never>(() => {});
  };
  for (let time = 0; time < 2; time += 1) {
    const error = await failureOf(async () => await rig.queue.enqueueAll(plainMessages(3)));
    assert.deepEqual([error.code, error.retryable], ['QUEUE_FAILED', true]);
    assert.match(error.message, /^3 of 3 jobs .* it was aborted/);
  }
  assert.deepEqual(rig.proxy.takeCounts(), { SendMessageBatch: 1 });
});
