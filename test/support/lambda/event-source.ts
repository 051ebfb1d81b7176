// An event source mapping: polls a queue of SQS, invokes a function with what comes, and deletes what it did. Everything else
// (visibility, groups, dead letters) is the queue's. On purpose it delivers some messages again that were done, as Lambda does
// when its own deletion is lost.

import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { InvocationReport } from './lambda-spec.ts';
import { doneMessages, toSqsEvent } from './sqs-event.ts';

export interface EventSourceOptions {
  readonly sqs: SQSClient;
  readonly queue: { readonly url: string; readonly arn: string };
  readonly invoke: (event: unknown) => Promise<InvocationReport>;
  readonly batchSize: number;
  /** How long a batch is collected that is not full; 0 for a FIFO queue, where Lambda has none. */
  readonly batchWindowMs: number;
  /** Invocations at the same time. */
  readonly concurrency: number;
  /** Asked about each message that was done: whether it is delivered again. @param receives how often it has come so far */
  readonly deliverAgain?: (receives: number) => boolean;
}

/** Short, so that `stop` is soon done; Lambda itself polls 20 s long. */
const LONG_POLL_SECONDS = 1;
const MOST_A_POLL = 10;

export interface EventSourceCounts {
  /** Batches given to the function. */
  batches: number;
  messages: number;
  /** Messages that came for the second time or more, for whatever reason. */
  repeats: number;
  /** Messages done and delivered again on purpose. */
  duplicates: number;
  deleted: number;
  /** Messages the function left or failed. */
  failed: number;
  /** Calls of SQS, as they are billed; empty polls apart, which depend on how long the test takes. */
  calls: number;
  emptyPolls: number;
}

export class EventSource implements AsyncDisposable {
  readonly counts: EventSourceCounts = {
    batches: 0,
    messages: 0,
    repeats: 0,
    duplicates: 0,
    deleted: 0,
    failed: 0,
    calls: 0,
    emptyPolls: 0,
  };
  readonly #options: EventSourceOptions;
  readonly #pollers: readonly Promise<void>[];
  #isStopping = false;

  /** Polls from now on. */
  constructor(options: EventSourceOptions) {
    this.#options = options;
    this.#pollers = Array.from({ length: options.concurrency }, async () => await this.#poll());
  }

  /** Finishes what is under way, and takes nothing more. Rejects if a poller failed. Safe to repeat. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#pollers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #poll(): Promise<void> {
    while (!this.#isStopping) {
      const messages = await this.#collect();
      if (messages.length > 0) await this.#work(messages);
    }
  }

  /** A batch that is full, or as old as the window. */
  async #collect(): Promise<Message[]> {
    const { batchSize, batchWindowMs } = this.#options;
    const messages = await this.#receive(batchSize);
    const end = Date.now() + batchWindowMs;
    while (messages.length > 0 && messages.length < batchSize && Date.now() < end && !this.#isStopping) {
      messages.push(...(await this.#receive(batchSize - messages.length)));
    }
    return messages;
  }

  async #receive(most: number): Promise<Message[]> {
    const { sqs, queue } = this.#options;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: Math.min(MOST_A_POLL, most),
        WaitTimeSeconds: LONG_POLL_SECONDS,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) this.counts.emptyPolls += 1;
    else this.counts.calls += 1;
    return Messages;
  }

  async #work(messages: readonly Message[]): Promise<void> {
    const { invoke, queue, deliverAgain } = this.#options;
    this.counts.batches += 1;
    this.counts.messages += messages.length;
    this.counts.repeats += messages.filter((message) => receivesOf(message) > 1).length;
    const done = doneMessages(messages, await invoke(toSqsEvent(messages, queue.arn)));
    this.counts.failed += messages.length - done.size;
    const { again = [], over = [] } = Object.groupBy(
      messages.filter(({ MessageId }) => done.has(MessageId ?? '')),
      (message) => (deliverAgain?.(receivesOf(message)) === true ? 'again' : 'over'),
    );
    await Promise.all([this.#delete(over), ...again.map(async (message) => await this.#bringBack(message))]);
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    const { sqs, queue } = this.#options;
    for (let start = 0; start < messages.length; start += MOST_A_POLL) {
      const part = messages.slice(start, start + MOST_A_POLL);
      const Entries = part.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      if (Failed.length > 0) throw new Error(`SQS deletes ${Failed.length} of ${part.length} messages not`);
      this.counts.calls += 1;
      this.counts.deleted += part.length;
    }
  }

  /** Lambda's lost deletion brings it back after the visibility time-out, this at once. Its group waits for it either way. */
  async #bringBack({ ReceiptHandle }: Message): Promise<void> {
    const { sqs, queue } = this.#options;
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    this.counts.duplicates += 1;
  }
}

function receivesOf({ Attributes }: Message): number {
  return Number(Attributes?.ApproximateReceiveCount ?? 1);
}
