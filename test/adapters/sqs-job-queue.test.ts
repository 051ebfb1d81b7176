// The SQS queue keeps the promises of its port over the real SDK and a real SQS API server, FIFO and standard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqsMessage } from '../../lib/adapters/sqs-job-queue.ts';
import { SqsJobQueue } from '../../lib/adapters/sqs-job-queue.ts';
import type { ParseJob } from '../../lib/ports/work.ts';
import { testBulkJobQueueContract } from '../contract/job-queue-contract.ts';
import type { AwsAnswerer } from '../support/aws-fault.ts';
import { TEST_REGION } from '../support/moto.ts';
import { entriesOf, fifoMessage, openSqsRig, plainMessages } from '../support/sqs-rig.ts';
import type { SentEntry } from '../support/sqs-rig.ts';

for (const name of ['parse', 'parse.fifo']) {
  testBulkJobQueueContract(`sqs ${name}`, async () => {
    const rig = await openSqsRig(name);
    const queue = rig.open((job: ParseJob) => ({
      body: JSON.stringify(job),
      ...(name.endsWith('.fifo') && { groupId: job.ingest.account, deduplicationId: job.ingest.sha256 }),
    }));
    return {
      queue,
      waiting: async () => (await rig.held()).map(({ body }) => JSON.parse(body) as ParseJob),
      [Symbol.asyncDispose]: async () => await rig[Symbol.asyncDispose](),
    };
  });
}

test('a message of a FIFO queue has its group and deduplication id, and is there once however often it is sent', async () => {
  await using rig = await openSqsRig('poll.fifo');
  const messages = Array.from({ length: 12 }, (_, index) => fifoMessage(index));
  await rig.queue.enqueueAll(messages);
  await rig.queue.enqueueAll(messages);
  await rig.queue.enqueue(fifoMessage(3));
  const held = new Map((await rig.held()).map((message) => [message.body, message]));
  assert.equal((await rig.held()).length, 12);
  for (const { body, groupId, deduplicationId } of messages) {
    assert.equal(held.get(body)?.messageGroupId, groupId);
    assert.equal(held.get(body)?.messageDeduplicationId, deduplicationId);
  }
});

test('a call carries at most ten messages and 256 KiB, and six calls are under way at most', async () => {
  await using rig = await openSqsRig('parse');
  const calls: SentEntry[][] = [];
  let underWay = 0;
  let most = 0;
  const counted: AwsAnswerer = async (body, ask) => {
    calls.push(entriesOf(body));
    most = Math.max(most, (underWay += 1));
    const answer = await ask(body);
    underWay -= 1;
    return answer;
  };
  rig.proxy.faultOf = () => counted;
  const messages = plainMessages(120).map(({ body }, index) => ({
    body: index % 3 === 0 ? body.padEnd(70_000, 'ü') : body,
  }));
  await rig.queue.enqueueAll(messages);
  assert.equal((await rig.held()).length, 120);
  for (const entries of calls) {
    assert.ok(entries.length <= 10, `${entries.length} messages`);
    const octets = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    assert.ok(octets <= 256 * 1024, `${octets} octets`);
  }
  assert.ok(most <= 6, `${most} calls at once`);
});

test('the endpoint of the environment is where calls go, whatever host the URL of the queue has; and nothing is printed', async (t) => {
  await using rig = await openSqsRig('poll.fifo');
  const printed = t.mock.method(console, 'warn', () => undefined);
  process.env['AWS_ENDPOINT_URL_SQS'] = rig.proxy.endpoint;
  try {
    const queueUrl = `https://sqs.${TEST_REGION}.amazonaws.com/000000000000/poll.fifo`;
    using queue = new SqsJobQueue({ queueUrl, region: TEST_REGION }, (message: SqsMessage) => message);
    await queue.enqueue(fifoMessage(1));
  } finally {
    delete process.env['AWS_ENDPOINT_URL_SQS'];
  }
  assert.equal((await rig.held()).length, 1);
  assert.equal(printed.mock.callCount(), 0);
});

test('a job that cannot be described keeps all from being sent', async () => {
  await using rig = await openSqsRig('parse');
  const queue = rig.open((job: number): SqsMessage => {
    if (job === 2) throw new Error('no such job');
    return { body: String(job) };
  });
  await assert.rejects(queue.enqueueAll([1, 2, 3]), /no such job/);
  assert.deepEqual(await rig.held(), []);
});
