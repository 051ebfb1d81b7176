// A queue of SQS, FIFO or standard, as the JobQueue port. A job counts as taken when SQS names it and gives back the checksum
// of its body; never because nobody complained.

import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SendMessageBatchCommandOutput, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { MailferryError } from '../core/errors.ts';
import type { BulkJobQueue } from '../ports/work.ts';
import { adviseOn } from './aws-advice.ts';
import { awsClientConfig } from './aws-client-settings.ts';
import type { AwsSettings } from './aws-client-settings.ts';
import { readAwsFailure } from './aws-errors.ts';
import { deliverBatches } from './deliver-batches.ts';
import type { Verdict } from './deliver-batches.ts';

export interface SqsJobQueueOptions extends AwsSettings {
  readonly queueUrl: string;
  /** Aborted: calls under way and further ones fail. */
  readonly signal?: AbortSignal;
}

/** A job as SQS carries it. */
export interface SqsMessage {
  readonly body: string;
  /** FIFO: jobs of one group are done one after the other. */
  readonly groupId?: string;
  /** FIFO: another job with the same one is taken and not delivered, for 5 minutes. */
  readonly deduplicationId?: string;
}

/** What SQS takes in one call. */
const MAX_ENTRIES = 10;
/** It takes 1 MiB by now; other servers, and SQS until 2025, take 256 KiB. */
const MAX_OCTETS = 256 * 1024;
/** At 10 to 20 ms a call about as many as a FIFO queue takes without high throughput: 300 a second. */
const CALLS_AT_ONCE = 6;

export class SqsJobQueue<Job> implements BulkJobQueue<Job>, Disposable {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #signal: AbortSignal | undefined;
  readonly #describe: (job: Job) => SqsMessage;

  constructor({ queueUrl, signal, ...settings }: SqsJobQueueOptions, describe: (job: Job) => SqsMessage) {
    this.#queueUrl = queueUrl;
    this.#signal = signal;
    this.#describe = describe;
    this.#client = new SQSClient({
      ...awsClientConfig(settings),
      // The endpoint is where calls go, whatever host the queue's URL names: a VPC's, a test's.
      useQueueUrlAsEndpoint: false,
      // Looked at here, job by job; the SDK would fail all ten.
      md5: false,
    });
  }

  async enqueue(job: Job): Promise<void> {
    await this.enqueueAll([job]);
  }

  /** In no particular order, also within a FIFO queue's group. One job that SQS refuses does not keep the others back. */
  async enqueueAll(jobs: readonly Job[]): Promise<void> {
    const service = {
      maxEntries: MAX_ENTRIES,
      maxOctets: MAX_OCTETS,
      octetsOf: ({ body }: SqsMessage) => Buffer.byteLength(body),
      send: async (messages: readonly SqsMessage[]) => await this.#send(messages),
    };
    const messages = jobs.map((job) => this.#describe(job));
    const options = { callsAtOnce: CALLS_AT_ONCE, signal: this.#signal };
    const { taken, failure } = await deliverBatches(messages, service, options);
    if (taken < jobs.length) throw notTaken(this.#queueUrl, jobs.length - taken, jobs.length, failure);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  async #send(messages: readonly SqsMessage[]): Promise<Verdict[]> {
    const command = new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: messages.map(toEntry) });
    const answer = await this.#client.send(command, this.#signal && { abortSignal: this.#signal });
    return messages.map((message, index) => judge(message, String(index), answer));
  }
}

function toEntry(
  { body, groupId, deduplicationId }: SqsMessage,
  index: number,
): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: body,
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
  };
}

function judge({ body }: SqsMessage, id: string, answer: SendMessageBatchCommandOutput): Verdict {
  const failed = answer.Failed?.find(({ Id }) => Id === id);
  if (failed) return { code: failed.Code, isLasting: failed.SenderFault === true };
  const successful = answer.Successful?.find(({ Id }) => Id === id);
  if (successful?.MD5OfMessageBody === md5Of(body)) return 'taken';
  return { code: undefined, isLasting: false };
}

function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function notTaken(queueUrl: string, lost: number, of: number, failure: unknown): MailferryError {
  const name = queueUrl.split('/').at(-1) || queueUrl;
  const { kind, found } = readAwsFailure(failure);
  const resource = `the queue ${name}`;
  return new MailferryError(`${lost} of ${of} jobs were not taken by the SQS queue ${name}: ${found}`, {
    code: 'QUEUE_FAILED',
    scope: 'account',
    ...adviseOn(kind, {
      service: 'SQS',
      resource,
      right: `send messages to ${resource}, and to use its key`,
      relief: `make ${resource} one of high throughput`,
    }),
    cause: failure,
  });
}
