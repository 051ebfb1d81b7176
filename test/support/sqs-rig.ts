// What a test of the SQS queue stands on: the server, the proxy before it, one queue, and the adapter through both.

import { SqsJobQueue } from '../../lib/adapters/sqs-job-queue.ts';
import type { SqsJobQueueOptions, SqsMessage } from '../../lib/adapters/sqs-job-queue.ts';
import type { JsonObject } from './aws-fault.ts';
import { startAwsFaultProxy } from './aws-fault-proxy.ts';
import type { AwsFaultProxy } from './aws-fault-proxy.ts';
import { startFauxqs } from './fauxqs.ts';
import type { FauxqsServer, HeldMessage } from './fauxqs.ts';
import { useTestCredentials } from './dynalite.ts';
import { TEST_REGION } from './moto.ts';

export interface SqsRig extends AsyncDisposable {
  readonly server: FauxqsServer;
  readonly proxy: AwsFaultProxy;
  readonly queueUrl: string;
  /** Takes messages as they are, through the proxy. */
  readonly queue: SqsJobQueue<SqsMessage>;
  /** Another one, through the proxy unless told otherwise. */
  open<Job>(describe: (job: Job) => SqsMessage, options?: Partial<SqsJobQueueOptions>): SqsJobQueue<Job>;
  held(): Promise<readonly HeldMessage[]>;
}

/** @param name FIFO if it ends in `.fifo` */
export async function openSqsRig(name: string, options: Partial<SqsJobQueueOptions> = {}): Promise<SqsRig> {
  const stack = new AsyncDisposableStack();
  try {
    useTestCredentials();
    const server = stack.use(await startFauxqs());
    const proxy = stack.use(await startAwsFaultProxy(server.port));
    const names = await server.createQueue(name);
    const open: SqsRig['open'] = (describe, others) =>
      stack.use(
        new SqsJobQueue(
          { queueUrl: names.url, region: TEST_REGION, endpoint: proxy.endpoint, ...options, ...others },
          describe,
        ),
      );
    return {
      server,
      proxy,
      queueUrl: names.url,
      queue: open((message: SqsMessage) => message),
      open,
      held: async () => await server.held(names),
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** The nth of many for a FIFO queue, in one of five groups. */
export function fifoMessage(index: number): SqsMessage {
  return { body: `{"n":${index}}`, groupId: `account-${index % 5}`, deduplicationId: `account/${index}` };
}

/** The first `count` of many for a standard queue. */
export function plainMessages(count: number): SqsMessage[] {
  return Array.from({ length: count }, (_, index) => ({ body: `{"n":${index}}` }));
}

/** What tells messages apart, in an order of its own. */
export function bodiesOf(messages: readonly { readonly body: string }[]): string[] {
  return messages.map(({ body }) => body).sort();
}

export interface SentEntry {
  readonly Id: string;
  readonly MessageBody: string;
}

/** Of a SendMessageBatch. */
export function entriesOf(body: JsonObject): SentEntry[] {
  return body['Entries'] as SentEntry[];
}
