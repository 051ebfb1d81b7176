// The three queues and where their failures go. Messages carry account ids and object keys, never mail. The queues are not the
// locks: a message delivered twice is told by the account's lease and its drain's state.

import { Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { DEAD_LETTER_HOURS, DRAIN_QUEUE, PARSE_QUEUE, POLL_QUEUE } from './sizes.ts';
import type { QueueSize } from './sizes.ts';

/** A queue and what became of the messages that failed too often. */
export interface QueuePair {
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

export class MailQueues extends Construct {
  /** FIFO; a message group for each account. Look whether there is anything new. */
  readonly poll: QueuePair;
  /** FIFO; a message group for each account. One slice of a long import. */
  readonly drain: QueuePair;
  /** Standard: S3 sends to no other. A raw object was stored. */
  readonly parse: QueuePair;
  /** What lets S3 send to `parse`. */
  readonly parsePolicy: IDependable;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.poll = createPair(this, 'Poll', POLL_QUEUE);
    this.drain = createPair(this, 'Drain', DRAIN_QUEUE);
    this.parse = createPair(this, 'Parse', PARSE_QUEUE);
    this.parsePolicy = letS3Send(this.parse.queue);
  }
}

function createPair(scope: Construct, id: string, size: QueueSize): QueuePair {
  const deadLetters = new Queue(scope, `${id}DeadLetters`, {
    ...guarded(size.isFifo),
    retentionPeriod: Duration.hours(DEAD_LETTER_HOURS),
  });
  const queue = new Queue(scope, id, {
    ...guarded(size.isFifo),
    // Every account is a group of its own, so there is no need to count sends over all of them.
    ...(size.isFifo
      ? {
          deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
          fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        }
      : {}),
    visibilityTimeout: Duration.seconds(size.visibilitySeconds),
    retentionPeriod: Duration.hours(size.retentionHours),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: size.maxReceiveCount },
  });
  return { queue, deadLetters };
}

function guarded(isFifo: boolean): QueueProps {
  return { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED, ...(isFifo ? { fifo: true } : {}) };
}

/**
 * From buckets of this account. Not only from the one bucket: it cannot be made before the queue lets it send, and has no name
 * before it is made. The parse function refuses what is of another bucket.
 */
function letS3Send(queue: Queue): IDependable {
  const { policyDependable } = queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TellOfStoredMail',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(queue).account } },
    }),
  );
  if (policyDependable === undefined) throw new Error('the queue has no policy of its own');
  return policyDependable;
}
