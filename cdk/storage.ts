// The two buckets. Raw: the mail itself, written once, kept whatever becomes of the stack; no function can delete from it, and
// nobody can write over a message. Derived: what is made of it, which `mailferry reparse` makes again.

import { RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { BucketProps, CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { toRetention } from './object-lock.ts';
import type { ObjectLock } from './object-lock.ts';

export interface MailStorageProps {
  readonly encryptionKey: IKey | undefined;
  readonly objectLock: ObjectLock | undefined;
  readonly accessLogsBucket: IBucket | undefined;
  /** Told of each object that is created below `raw/`. */
  readonly parseQueue: IQueue;
  /** What lets S3 send to it. */
  readonly parseQueuePolicy: IDependable;
}

/** Where the mail lies in the raw bucket: a format, see DESIGN section 6. */
export const RAW_PREFIX = 'raw/';
export const DERIVED_PREFIXES = ['parsed/', 'attachments/', 'catalog/'] as const;

/** A rename of any id in here would make new, empty buckets and leave the old ones behind. */
export class MailStorage extends Construct {
  readonly raw: Bucket;
  readonly derived: Bucket;

  constructor(scope: Construct, id: string, props: MailStorageProps) {
    super(scope, id);
    const { objectLock } = props;
    this.raw = new Bucket(this, 'Raw', {
      ...closedBucket(props, 'raw'),
      versioned: true,
      // Always, for CloudFormation can say it only of a new bucket: a lock that is asked for later would make one. Nothing is
      // locked by it; that is the retention's.
      objectLockEnabled: true,
      ...(objectLock === undefined ? {} : { objectLockDefaultRetention: toRetention(objectLock) }),
    });
    this.derived = new Bucket(this, 'Derived', closedBucket(props, 'derived'));
    refuseOverwriting(this.raw);
    notify(this.raw, props);
    if (props.accessLogsBucket === undefined) {
      acknowledge(
        this,
        'AwsSolutions-S1',
        'Access logs are a bucket of their own that the owner chooses (accessLogsBucket); CloudTrail data events tell the same.',
      );
    }
  }

  /** Whatever their own policies say now or later. */
  refuseDeletingBy(roles: readonly IRole[]): void {
    this.raw.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NoFunctionDeletesMail',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: [this.raw.arnForObjects('*')],
        // By condition, not by principal: S3 refuses a policy that names a role it has not heard of yet.
        conditions: { ArnEquals: { 'aws:PrincipalArn': roles.map(({ roleArn }) => roleArn) } },
      }),
    );
  }
}

function closedBucket({ encryptionKey, accessLogsBucket }: MailStorageProps, name: string): BucketProps {
  return {
    // Derived too: a stack that fails to come down because a bucket is not empty helps nobody.
    removalPolicy: RemovalPolicy.RETAIN,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    ...(encryptionKey === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    ...(accessLogsBucket === undefined
      ? {}
      : { serverAccessLogsBucket: accessLogsBucket, serverAccessLogsPrefix: `mailferry-${name}/` }),
  };
}

/**
 * A put that does not say `If-None-Match: *` could replace a message. Multipart uploads cannot say it when they start, and are
 * refused with the rest: S3 has no SHA-256 of the octets of such an object. So is CopyObject: `mailferry move` brings mail in.
 */
function refuseOverwriting(raw: Bucket): void {
  raw.addToResourcePolicy(
    new PolicyStatement({
      sid: 'MailIsWrittenOnce',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [raw.arnForObjects(`${RAW_PREFIX}*`)],
      conditions: { Null: { 's3:if-none-match': 'true' } },
    }),
  );
}

/** By the bucket's own property: the L2 method would deploy a function with rights on every bucket of the account. */
function notify(raw: Bucket, { parseQueue, parseQueuePolicy }: MailStorageProps): void {
  const resource = raw.node.defaultChild as CfnBucket;
  resource.notificationConfiguration = {
    queueConfigurations: [
      {
        event: 's3:ObjectCreated:*',
        queue: parseQueue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: RAW_PREFIX }] } },
      },
    ],
  };
  // S3 sends a test message when it is told of the queue, and refuses one that it may not send to.
  resource.node.addDependency(parseQueuePolicy);
}
