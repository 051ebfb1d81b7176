// What S3 tells a queue of new objects: at least once, so now and then twice; and when notifications are set up, a message
// that is about no object.

import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { S3Event } from 'aws-lambda';
import { REGION } from './lambda-spec.ts';

export interface BucketNotificationsOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly bucket: string;
  /** Asked about each object: whether S3 tells of it once more. */
  readonly tellAgain?: () => boolean;
}

export class BucketNotifications {
  readonly #options: BucketNotificationsOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  /** Objects told of, and how often again. */
  told = 0;
  repeated = 0;

  constructor(options: BucketNotificationsOptions) {
    this.#options = options;
  }

  /** What S3 sends when it is told to send to this queue. */
  async setUp(): Promise<void> {
    await this.#send({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: new Date().toISOString(),
      Bucket: this.#options.bucket,
      RequestId: '9E0F1C2D3B4A5968',
      HostId: 'test',
    });
  }

  /** An object was stored. Sends meanwhile; `settle` tells when, and whether it could. @param key as it is, not as in a URL */
  stored(key: string, sizeOctets: number): void {
    const times = this.#options.tellAgain?.() === true ? 2 : 1;
    this.told += 1;
    this.repeated += times - 1;
    const notification = objectCreated(this.#options.bucket, key, sizeOctets);
    for (let time = 0; time < times; time += 1) {
      const sent = this.#send(notification).finally(() => this.#underWay.delete(sent));
      this.#underWay.add(sent);
    }
  }

  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send(notification: unknown): Promise<void> {
    const { sqs, queueUrl } = this.#options;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(notification) }));
  }
}

let sequence = 0;

/** As `s3:ObjectCreated:Put` of version 2.1. */
export function objectCreated(bucket: string, key: string, sizeOctets: number): S3Event {
  sequence += 1;
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: new Date().toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AROATEST:fetch' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': randomUUID(), 'x-amz-id-2': 'test' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'raw-mail',
          bucket: { name: bucket, ownerIdentity: { principalId: 'TEST' }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: urlEncoded(key),
            size: sizeOctets,
            eTag: '0123456789abcdef0123456789abcdef',
            versionId: 'null',
            sequencer: sequence.toString(16).toUpperCase().padStart(18, '0'),
          },
        },
      },
    ],
  };
}

/** As a form: a space is `+`; slashes stay, `=` does not. */
function urlEncoded(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');
}
