// The driver between queues and functions: that it does with an answer what Lambda does with it, and nothing kinder.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { S3Event, SQSEvent } from 'aws-lambda';
import { startFauxqs } from '../support/fauxqs.ts';
import type { FauxqsServer, QueueNames } from '../support/fauxqs.ts';
import { BucketNotifications } from '../support/lambda/bucket-notifications.ts';
import { EventSource } from '../support/lambda/event-source.ts';
import type { EventSourceOptions } from '../support/lambda/event-source.ts';
import type { InvocationReport, Outcome } from '../support/lambda/lambda-spec.ts';

const PATIENCE_MS = 20_000;

void describe('the event source', { concurrency: true }, () => {
  let fauxqs: FauxqsServer;
  let made = 0;
  before(async () => {
    fauxqs = await startFauxqs();
  });
  after(async () => await fauxqs[Symbol.asyncDispose]());

  async function makeQueues(
    kind: 'fifo' | 'standard',
    { visibilitySeconds = 1, receives = 3 } = {},
  ): Promise<{ readonly queue: QueueNames; readonly dead: QueueNames }> {
    const number = (made += 1);
    const suffix = kind === 'fifo' ? '.fifo' : '';
    const dead = await fauxqs.createQueue(`dead-${number}${suffix}`);
    const queue = await fauxqs.createQueue(`queue-${number}${suffix}`, {
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: receives }),
    });
    return { queue, dead };
  }

  async function send(queue: QueueNames, body: string, group?: string): Promise<void> {
    await fauxqs.client.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: body,
        ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: body }),
      }),
    );
  }

  /** Messages in the queue, in sight or not. */
  async function depth({ url }: QueueNames): Promise<number> {
    const { Attributes = {} } = await fauxqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    return (
      Number(Attributes.ApproximateNumberOfMessages) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible)
    );
  }

  function open(
    queue: QueueNames,
    handler: (event: SQSEvent) => unknown,
    options: Partial<EventSourceOptions> = {},
  ): EventSource {
    return new EventSource({
      sqs: fauxqs.client,
      queue,
      invoke: async (event) => reportOf({ payload: await handler(event as SQSEvent) }),
      batchSize: 10,
      batchWindowMs: 0,
      concurrency: 1,
      ...options,
    });
  }

  void test('gives messages in the shape of Lambda, and deletes them when all is well', async () => {
    for (const answer of [null, {}, { batchItemFailures: [] }, { batchItemFailures: null }]) {
      const { queue } = await makeQueues('standard');
      const events: SQSEvent[] = [];
      await using source = open(queue, (event) => {
        events.push(event);
        return answer;
      });
      await send(queue, 'one');
      await until(() => source.counts.deleted === 1);
      assert.equal(await depth(queue), 0);
      const [record] = events[0]?.Records ?? [];
      assert.equal(record?.body, 'one');
      assert.equal(record.eventSource, 'aws:sqs');
      assert.equal(record.eventSourceARN, queue.arn);
      assert.equal(record.attributes.ApproximateReceiveCount, '1');
      assert.match(record.messageId, /^[0-9a-f-]{36}$/);
    }
  });

  void test('deletes only what did not fail, and has the rest delivered again after its time', async () => {
    const { queue, dead } = await makeQueues('standard');
    const seen: string[] = [];
    await using source = open(queue, ({ Records }) => {
      for (const { body } of Records) seen.push(body);
      const failed = Records.filter(
        ({ body, attributes }) => body === 'b' && attributes.ApproximateReceiveCount === '1',
      );
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    for (const body of ['a', 'b', 'c']) await send(queue, body);
    await until(() => source.counts.deleted === 3);
    assert.deepEqual(seen.sort(), ['a', 'b', 'b', 'c']);
    assert.deepEqual([source.counts.repeats, source.counts.failed], [1, 1]);
    assert.equal(await depth(dead), 0);
  });

  void test('deletes nothing for a fault or an answer it does not understand, and gives up after the receives allowed', async () => {
    const answers: readonly Outcome[] = [
      { fault: { errorType: 'Error', errorMessage: 'no' } },
      { payload: 'done' },
      { payload: { batchItemFailures: 'none' } },
      { payload: { batchItemFailures: [{ itemIdentifier: '' }] } },
      { payload: { batchItemFailures: [{ itemIdentifier: null }] } },
      { payload: { batchItemFailures: [{ id: 'x' }] } },
      { payload: { batchItemFailures: [{ itemIdentifier: 'of another batch' }] } },
    ];
    await Promise.all(
      answers.map(async (outcome) => {
        const { queue, dead } = await makeQueues('standard', { receives: 2 });
        await using source = open(queue, () => null, { invoke: async () => reportOf(outcome) });
        await send(queue, 'poison');
        await until(async () => (await depth(dead)) === 1);
        assert.equal(await depth(queue), 0);
        assert.deepEqual([source.counts.messages, source.counts.deleted], [2, 0], JSON.stringify(outcome));
      }),
    );
  });

  void test('never has two messages of one FIFO group at the same time, nor a later one before a failed one', async () => {
    const { queue } = await makeQueues('fifo');
    const under = new Set<string>();
    const seen: string[] = [];
    let most = 0;
    for (const body of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) await send(queue, body, body.slice(0, 1));
    await using source = open(
      queue,
      async ({ Records: [record] }) => {
        const { body = '', attributes, messageId = '' } = record ?? {};
        const group = attributes?.MessageGroupId ?? '';
        assert.ok(!under.has(group), `${group} is under way`);
        under.add(group);
        most = Math.max(most, under.size);
        await sleep(200);
        under.delete(group);
        const fails = body === 'a2' && attributes?.ApproximateReceiveCount === '1';
        seen.push(fails ? `${body} failed` : body);
        return { batchItemFailures: fails ? [{ itemIdentifier: messageId }] : [] };
      },
      { batchSize: 1, concurrency: 3 },
    );
    await until(() => source.counts.deleted === 6);
    const ofA = seen.filter((body) => body.startsWith('a'));
    assert.deepEqual(ofA, ['a1', 'a2 failed', 'a2', 'a3']);
    assert.ok(most > 1, 'groups wait for each other');
  });

  void test('delivers what was done again when a test wants it, and in its turn', async () => {
    const { queue } = await makeQueues('fifo', { visibilitySeconds: 60 });
    const seen: string[] = [];
    await using source = open(
      queue,
      ({ Records }) => {
        for (const { body } of Records) seen.push(body);
        return null;
      },
      { deliverAgain: (receives) => receives === 1 },
    );
    for (const body of ['a1', 'a2']) await send(queue, body, 'a');
    await until(() => source.counts.deleted === 2);
    assert.deepEqual(seen, ['a1', 'a1', 'a2', 'a2']);
    assert.equal(source.counts.duplicates, 2);
  });

  void test('collects a batch for as long as its window is open', async () => {
    const { queue } = await makeQueues('standard', { visibilitySeconds: 60 });
    const batches: number[] = [];
    const note = ({ Records }: SQSEvent): null => {
      batches.push(Records.length);
      return null;
    };
    for (let index = 0; index < 15; index += 1) await send(queue, String(index));
    await using source = open(queue, note, { batchWindowMs: 1500, batchSize: 15 });
    await until(() => source.counts.deleted === 15);
    assert.deepEqual(batches, [15]);
  });

  void test("tells of objects as S3 does: keys in a URL's letters, some twice, and once of nothing", async () => {
    const { queue } = await makeQueues('standard');
    const bodies: string[] = [];
    await using source = open(queue, ({ Records }) => {
      bodies.push(...Records.map(({ body }) => body));
      return null;
    });
    const tell = new BucketNotifications({
      sqs: fauxqs.client,
      queueUrl: queue.url,
      bucket: 'raw-mail',
      tellAgain: () => true,
    });
    await tell.setUp();
    tell.stored('raw/account=a/dt=2026-01-01/a b+ä.eml', 17);
    await tell.settle();
    await until(() => source.counts.deleted === 3);
    const [about, ...objects] = bodies.map((body) => JSON.parse(body) as S3Event & { Event?: string });
    assert.equal(about?.Event, 's3:TestEvent');
    for (const { Records } of objects) {
      assert.equal(Records[0]?.s3.bucket.name, 'raw-mail');
      assert.equal(Records[0].s3.object.key, 'raw/account%3Da/dt%3D2026-01-01/a+b%2B%C3%A4.eml');
      assert.equal(Records[0].s3.object.size, 17);
      assert.equal(Records[0].eventName, 'ObjectCreated:Put');
    }
    assert.deepEqual([tell.told, tell.repeated], [1, 1]);
  });
});

function reportOf(outcome: Outcome): InvocationReport {
  return {
    requestId: 'r',
    outcome,
    isCold: false,
    initMs: 0,
    durationMs: 1,
    billedMs: 1,
    processorMs: 0,
    memoryOctets: 0,
    wasKilled: false,
  };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`it is not so after ${PATIENCE_MS} ms`);
    await sleep(20);
  }
}
