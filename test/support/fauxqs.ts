// A real SQS API server in this process, on loopback and in memory. FIFO groups, visibility and dead-letter queues it does as
// SQS does; it takes any receipt handle, and its S3 takes anything: never used for S3.

import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { TEST_CREDENTIALS, TEST_REGION } from './moto.ts';

export interface FauxqsServer extends AsyncDisposable {
  readonly port: number;
  readonly endpoint: string;
  /** To look at queues, and to do what Lambda's pollers do. */
  readonly client: SQSClient;
  /** FIFO if the name ends so. @returns what it is called everywhere */
  createQueue(name: string, attributes?: Partial<Record<QueueAttributeName, string>>): Promise<QueueNames>;
  /** Every message of the queue, also those that somebody has received and not deleted. Touches none. */
  held(queue: QueueNames): Promise<readonly HeldMessage[]>;
  /** The queue is empty; what FIFO has seen in the last five minutes it still takes for a repetition. */
  purge(queue: QueueNames): Promise<void>;
}

export interface HeldMessage {
  readonly body: string;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
}

export interface QueueNames {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

/** Its own: it answers with no other. */
const FAUXQS_ACCOUNT = '000000000000';

export async function startFauxqs(): Promise<FauxqsServer> {
  const app = buildApp({ logger: false, defaultRegion: TEST_REGION });
  // Its own `startFauxqs` listens on every interface.
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new SQSClient({
    endpoint,
    region: TEST_REGION,
    credentials: TEST_CREDENTIALS,
    useQueueUrlAsEndpoint: false,
  });
  return {
    port,
    endpoint,
    client,
    held: async ({ name }) => await heldBy(endpoint, name),
    purge: async ({ url }) => {
      await client.send(new PurgeQueueCommand({ QueueUrl: url }));
    },
    createQueue: async (name, attributes = {}) => {
      const isFifo = name.endsWith('.fifo');
      const { QueueUrl } = await client.send(
        new CreateQueueCommand({
          QueueName: name,
          Attributes: { ...attributes, ...(isFifo && { FifoQueue: 'true' }) },
        }),
      );
      if (QueueUrl === undefined) throw new Error(`the queue ${name} has no URL`);
      return { name, url: QueueUrl, arn: `arn:aws:sqs:${TEST_REGION}:${FAUXQS_ACCOUNT}:${name}` };
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await app.close();
    },
  };
}

interface Inspection {
  readonly messages: {
    readonly ready: readonly HeldMessage[];
    readonly delayed: readonly HeldMessage[];
    readonly inflight: readonly { readonly message: HeldMessage }[];
  };
}

/** By a way of its own that SQS has not. */
async function heldBy(endpoint: string, queue: string): Promise<HeldMessage[]> {
  const answer = await fetch(`${endpoint}/_fauxqs/queues/${queue}`);
  if (!answer.ok) throw new Error(`there is no queue ${queue}`);
  const { ready, delayed, inflight } = ((await answer.json()) as Inspection).messages;
  return [...ready, ...delayed, ...inflight.map(({ message }) => message)];
}
