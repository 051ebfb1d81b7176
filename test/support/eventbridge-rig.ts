// What a test of the EventBridge sink stands on: moto, an event bus of its own with a rule that sends all events of the product
// to a queue, a proxy before moto, and the sink through it.

import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { EventBridgeSink } from '../../lib/adapters/eventbridge-sink.ts';
import type { EventBridgeSinkOptions } from '../../lib/adapters/eventbridge-sink.ts';
import { startAwsFaultProxy } from './aws-fault-proxy.ts';
import type { AwsFaultProxy } from './aws-fault-proxy.ts';
import { useTestCredentials } from './dynalite.ts';
import { TEST_CREDENTIALS, TEST_REGION } from './moto.ts';

export interface EventBridgeRig extends AsyncDisposable {
  readonly proxy: AwsFaultProxy;
  readonly sink: EventBridgeSink;
  /** All that the queue has got, in any order. */
  delivered(): Promise<readonly DeliveredEvent[]>;
}

/** EventBridge's envelope, as a target of a rule gets it. */
export interface DeliveredEvent {
  readonly source: string;
  readonly 'detail-type': string;
  /** ISO 8601. */
  readonly time: string;
  readonly detail: { readonly id: string };
}

/** moto's own. */
const ACCOUNT = '123456789012';

/** @param name its own for every test; @param motoPort on 127.0.0.1 */
export async function openEventBridgeRig(
  motoPort: number,
  name: string,
  options: Partial<EventBridgeSinkOptions> = {},
): Promise<EventBridgeRig> {
  const stack = new AsyncDisposableStack();
  try {
    useTestCredentials();
    const settings = {
      endpoint: `http://127.0.0.1:${motoPort}`,
      region: TEST_REGION,
      credentials: TEST_CREDENTIALS,
    };
    const events = stack.adopt(new EventBridgeClient(settings), (client) => client.destroy());
    const sqs = stack.adopt(new SQSClient(settings), (client) => client.destroy());
    const queueUrl = await connect(events, sqs, name);
    const proxy = stack.use(await startAwsFaultProxy(motoPort));
    const sink = stack.use(
      new EventBridgeSink({ bus: name, region: TEST_REGION, endpoint: proxy.endpoint, ...options }),
    );
    const got: DeliveredEvent[] = [];
    return {
      proxy,
      sink,
      delivered: async () => {
        got.push(...(await receiveAll(sqs, queueUrl)));
        return got;
      },
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** @returns the URL of the queue */
async function connect(events: EventBridgeClient, sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  await events.send(new CreateEventBusCommand({ Name: name }));
  const rule = { Rule: name, EventBusName: name };
  await events.send(
    new PutRuleCommand({
      Name: name,
      EventBusName: name,
      EventPattern: JSON.stringify({
        source: ['mailferry'],
        detail: { type: [{ prefix: 'mailferry.' }], source: [{ prefix: 'mailferry/' }] },
      }),
    }),
  );
  const Arn = `arn:aws:sqs:${TEST_REGION}:${ACCOUNT}:${name}`;
  await events.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: 'queue', Arn }] }));
  return QueueUrl;
}

async function receiveAll(sqs: SQSClient, queueUrl: string): Promise<DeliveredEvent[]> {
  const received: DeliveredEvent[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return received;
    for (const { Body = '', ReceiptHandle } of Messages) {
      received.push(JSON.parse(Body) as DeliveredEvent);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}
