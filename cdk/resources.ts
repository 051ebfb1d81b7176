// What the functions work on.

import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';

export interface Resources {
  readonly table: Table;
  readonly raw: Bucket;
  readonly derived: Bucket;
  /** Of both buckets; `undefined`: S3's own. */
  readonly encryptionKey: IKey | undefined;
  readonly pollQueue: Queue;
  readonly drainQueue: Queue;
  readonly parseQueue: Queue;
  /** `undefined`: nobody is told. */
  readonly eventBus: IEventBus | undefined;
  /** The same, where events of each message are wanted too. */
  readonly messageBus: IEventBus | undefined;
}
