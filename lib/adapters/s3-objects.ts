// Reading objects of one bucket. Answers `undefined` for an object that is not there, and lets the SDK's errors through:
// what they mean depends on what they stopped.

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, NoSuchKey } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Blob, BlobStore } from '../ports/storage.ts';
import { httpStatusOf } from './s3-errors.ts';

/** An object of which S3 has begun to send the octets. */
export interface S3Body {
  readonly metadata: Readonly<Record<string, string>>;
  readonly sizeOctets: number;
  /** They must be read to their end or destroyed: until then they hold a connection. */
  readonly octets: Readable;
}

export class S3Objects {
  readonly #client: S3Client;
  readonly #bucket: string;
  /** A bucket that holds objects cannot be deleted: once it is seen, "not found" is said of the object. */
  #bucketSeen = false;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** `sha256` in base64, where S3 keeps that of the whole object. */
  async head(key: string): Promise<{ sizeOctets: number; sha256: string | undefined } | undefined> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key, ChecksumMode: 'ENABLED' });
    try {
      const head = await this.#client.send(command);
      this.#bucketSeen = true;
      const ofParts = head.ChecksumType === 'COMPOSITE' || head.ChecksumSHA256?.includes('-') === true;
      return { sizeOctets: head.ContentLength ?? 0, sha256: ofParts ? undefined : head.ChecksumSHA256 };
    } catch (error) {
      if (httpStatusOf(error) !== 404) throw error;
      await this.#seeBucket();
      return undefined;
    }
  }

  /** One request. The octets are compared on the way with a checksum that S3 keeps of the whole object, if it does. */
  async open(key: string): Promise<S3Body | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ChecksumMode: 'ENABLED' });
    try {
      const { Body, ContentLength = 0, Metadata = {} } = await this.#client.send(command);
      this.#bucketSeen = true;
      return { metadata: Metadata, sizeOctets: ContentLength, octets: Body as Readable };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** By the checksum S3 keeps of the object; an object without one is read. */
  async compare(
    key: string,
    { sizeOctets, sha256 }: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    const head = await this.head(key);
    if (head === undefined) return 'absent';
    if (sizeOctets !== undefined && head.sizeOctets !== sizeOctets) return 'different';
    const found = head.sha256 ?? (await this.#hash(key));
    if (found === undefined) return 'absent';
    return found === toBase64(sha256) ? 'intact' : 'different';
  }

  async #hash(key: string): Promise<string | undefined> {
    const body = await this.open(key);
    if (body === undefined) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of body.octets) hash.update(chunk as Uint8Array);
    return hash.digest('base64');
  }

  /** To HEAD, a bucket that is not there looks like an object that is not. */
  async #seeBucket(): Promise<void> {
    if (this.#bucketSeen) return;
    await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, MaxKeys: 1 }));
    this.#bucketSeen = true;
  }
}

/** As S3 writes a checksum: base64 of the bytes, not of their hexadecimal form. */
export function toBase64(sha256: Blob['sha256']): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}
