// Of messages that go to SQS together each has its own fate: what SQS does not prove to have taken is sent again, or said to be
// missing; and what it refuses keeps no other back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsAnswerer, JsonObject } from '../support/aws-fault.ts';
import { failureOf } from '../support/failure-of.ts';
import { bodiesOf, entriesOf, fifoMessage, openSqsRig, plainMessages } from '../support/sqs-rig.ts';
import type { SentEntry } from '../support/sqs-rig.ts';

test('of a call that fails in part, only what failed is sent again', async () => {
  for (const failed of [
    { SenderFault: false, Code: 'InternalError' },
    // SQS can blame the sender for asking too often.
    { SenderFault: true, Code: 'RequestThrottled' },
    { SenderFault: true, Code: 'ThrottlingException' },
  ]) {
    await using rig = await openSqsRig('parse');
    const sizes: number[] = [];
    rig.proxy.faultOf = ({ body }) => {
      sizes.push(entriesOf(body).length);
      return sizes.length === 1 ? failing(({ Id }) => Number(Id) % 3 === 0, failed) : undefined;
    };
    await rig.queue.enqueueAll(plainMessages(10));
    assert.deepEqual(sizes, [10, 4], failed.Code);
    assert.deepEqual(bodiesOf(await rig.held()), bodiesOf(plainMessages(10)));
  }
});

test('a message that SQS refuses for good is sent once, and the others are taken', async () => {
  await using rig = await openSqsRig('parse');
  const messages = plainMessages(35).map(({ body }, index) => ({
    body: index === 4 ? 'not \u0001 allowed' : body,
  }));
  const error = await failureOf(async () => await rig.queue.enqueueAll(messages));
  assert.deepEqual([error.code, error.scope, error.retryable], ['QUEUE_FAILED', 'account', false]);
  assert.equal(error.message, '1 of 35 jobs were not taken by the SQS queue parse: InvalidMessageContents');
  assert.doesNotMatch(String(error.hint) + error.message, /not . allowed/);
  assert.deepEqual(rig.proxy.takeCounts(), { SendMessageBatch: 4 });
  assert.equal((await rig.held()).length, 34);
});

test('a message that is too long for SQS does not keep the others back', async () => {
  await using rig = await openSqsRig('parse');
  const messages = plainMessages(250).map(({ body }, index) => ({
    body: index === 0 ? 'x'.repeat(1_100_000) : body,
  }));
  const error = await failureOf(async () => await rig.queue.enqueueAll(messages));
  assert.deepEqual([error.code, error.retryable], ['QUEUE_FAILED', false]);
  assert.match(error.message, /^1 of 250 jobs were not taken by the SQS queue parse: BatchRequestTooLong/);
  assert.equal((await rig.held()).length, 249);
});

test('what SQS cannot take for long is given up, and how much that is', async () => {
  await using rig = await openSqsRig('parse');
  rig.proxy.faultOf = () =>
    failing(({ MessageBody }) => MessageBody === '{"n":7}', { SenderFault: false, Code: 'InternalError' });
  const error = await failureOf(async () => await rig.queue.enqueueAll(plainMessages(9)));
  assert.deepEqual([error.code, error.retryable], ['QUEUE_FAILED', true]);
  assert.equal(error.message, '1 of 9 jobs were not taken by the SQS queue parse: InternalError');
  assert.equal((await rig.held()).length, 8);
});

const IMPOSTORS: readonly (readonly [
  what: string,
  answer: (entries: SentEntry[], right: JsonObject) => unknown,
])[] = [
  ['the checksum of another body', (_, right) => forged(right, { MD5OfMessageBody: 'd'.repeat(32) })],
  ['no checksum', (_, right) => forged(right, { MD5OfMessageBody: undefined })],
  ['other ids', (_, right) => forged(right, { Id: 'x' })],
  ['nothing of any message', () => ({ Successful: [], Failed: [] })],
  ['nothing at all', () => ({})],
  [
    'that a message was taken and failed',
    (entries, right) => ({
      ...right,
      Failed: entries.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' })),
    }),
  ],
];

for (const [what, answer] of IMPOSTORS) {
  test(`an answer that gives ${what} is not believed, and the messages are sent again`, async () => {
    await using rig = await openSqsRig('parse.fifo');
    let calls = 0;
    const impostor: AwsAnswerer = async (body, ask) => answer(entriesOf(body), await ask(body));
    rig.proxy.faultOf = () => ((calls += 1) <= 2 ? impostor : undefined);
    await rig.queue.enqueueAll([fifoMessage(0), fifoMessage(1)]);
    assert.equal(calls, 3);
    assert.equal((await rig.held()).length, 2);
  });
}

test('somebody else who answers for SQS each time takes nothing', async () => {
  await using rig = await openSqsRig('parse', { maxAttempts: 1 });
  for (const fault of ['empty-answer', 'no-json'] as const) {
    rig.proxy.faultOf = () => fault;
    const error = await failureOf(async () => await rig.queue.enqueueAll([{ body: 'a' }, { body: 'b' }]));
    assert.deepEqual([error.code, error.retryable], ['QUEUE_FAILED', true]);
    assert.match(error.message, /^2 of 2 jobs were not taken by the SQS queue parse: an answer/);
    assert.match(error.hint ?? '', /between this machine and SQS/);
  }
});

/** SQS takes all entries but some. */
function failing(
  fails: (entry: SentEntry) => boolean,
  failed: Readonly<Record<string, unknown>>,
): AwsAnswerer {
  return async (body, ask) => {
    const entries = entriesOf(body);
    const taken = entries.filter((entry) => !fails(entry));
    const { Successful = [] } = taken.length === 0 ? {} : await ask({ ...body, Entries: taken });
    return { Successful, Failed: entries.filter(fails).map(({ Id }) => ({ Id, ...failed })) };
  };
}

function forged(right: JsonObject, changes: JsonObject): JsonObject {
  const successful = right['Successful'] as JsonObject[];
  return { ...right, Successful: successful.map((entry) => ({ ...entry, ...changes })) };
}
