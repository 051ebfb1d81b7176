// The BlobStore port over S3. An object is written by one PUT, which S3 takes whole and checked or not at all, and S3 keeps
// its SHA-256 beside it. Never overwrites what is to be written once; never takes an object for right because it is there.

import { setTimeout as sleep } from 'node:timers/promises';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { MailferryError } from '../core/errors.ts';
import type { Blob, BlobStore, PutOptions } from '../ports/storage.ts';
import { httpStatusOf, isTransient, s3ReadError, s3WriteError } from './s3-errors.ts';
import { S3Objects } from './s3-objects.ts';
import { upload } from './s3-upload.ts';
import type { S3Upload } from './s3-upload.ts';

export interface S3BlobStoreOptions {
  /** The caller's (see `createS3Client`). Its own retries are for reading; writing is repeated here. */
  readonly client: S3Client;
  readonly bucket: string;
  /** All keys lie below it, with a `/` between. Default: none. */
  readonly prefix?: string;
  /** Called between two attempts to write; 1 after the first. Default: a growing random pause. */
  readonly pauseAfter?: (attempt: number) => Promise<void>;
}

/** An object and what is kept beside it, by one request. */
export interface OpenedObject {
  /** As `put` was given it. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly sizeOctets: number;
  /** To be read once. They fail with ARCHIVE_UNREADABLE. */
  readonly octets: AsyncIterable<Uint8Array>;
  /** Gives back the connection that unread octets hold. Whoever opened it calls this in a `finally`. Safe to repeat. */
  close(): void;
}

/** With the pauses between them, 6 to 12 seconds of a store that is out of order. */
const PUT_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 400;

export class S3BlobStore implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #objects: S3Objects;
  /** Empty, or ends in `/`. */
  readonly #prefix: string;
  readonly #pauseAfter: (attempt: number) => Promise<void>;

  constructor({ client, bucket, prefix = '', pauseAfter = pauseAtRandom }: S3BlobStoreOptions) {
    this.#client = client;
    this.#bucket = bucket;
    this.#objects = new S3Objects(client, bucket);
    const folders = prefix.split('/').filter((folder) => folder !== '');
    this.#prefix = folders.map((folder) => `${folder}/`).join('');
    this.#pauseAfter = pauseAfter;
  }

  /**
   * `stored` is said only on S3's own word. When an attempt stored the object and its answer was lost, the next one finds
   * it there and says `exists`.
   */
  async put(key: string, blob: Blob, options: PutOptions = {}): Promise<'stored' | 'exists'> {
    const { metadata, mode } = options;
    const object = { bucket: this.#bucket, key: this.#prefix + key, blob, metadata };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#putOnce({ ...object, onlyIfAbsent: mode !== 'replace' });
      } catch (error) {
        if (attempt === PUT_ATTEMPTS || !isTransient(error)) {
          throw s3WriteError(error, `write object ${this.#nameOf(key)}`);
        }
      }
      await this.#pauseAfter(attempt);
    }
  }

  /**
   * Asks for the octets when they are read, so that one who never reads them holds no connection: two requests, where
   * `open` needs one.
   */
  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.stat(key)) === undefined ? undefined : this.#read(key);
  }

  /**
   * For one who reads it at once. One request.
   * @returns `undefined` if there is none. @throws ARCHIVE_UNREADABLE
   */
  async open(key: string): Promise<OpenedObject | undefined> {
    const failed = (error: unknown): MailferryError => s3ReadError(error, `read object ${this.#nameOf(key)}`);
    const body = await this.#objects.open(this.#prefix + key).catch((error: unknown) => {
      throw failed(error);
    });
    if (body === undefined) return undefined;
    const { metadata, sizeOctets, octets } = body;
    // It may fail while nobody reads it yet; whoever reads it then hears of it.
    octets.on('error', () => undefined);
    return { metadata, sizeOctets, octets: readAll(octets, failed), close: () => octets.destroy() };
  }

  async stat(key: string): Promise<{ readonly sizeOctets: number } | undefined> {
    try {
      const head = await this.#objects.head(this.#prefix + key);
      return head && { sizeOctets: head.sizeOctets };
    } catch (error) {
      throw s3ReadError(error, `look for object ${this.#nameOf(key)}`);
    }
  }

  async verify(
    key: string,
    expected: Parameters<BlobStore['verify']>[1],
  ): Promise<'intact' | 'absent' | 'different'> {
    try {
      return await this.#objects.compare(this.#prefix + key, expected);
    } catch (error) {
      throw s3ReadError(error, `verify object ${this.#nameOf(key)}`);
    }
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: this.#prefix + prefix },
    );
    try {
      for await (const { Contents = [] } of pages) {
        for (const { Key } of Contents) if (Key !== undefined) yield Key.slice(this.#prefix.length);
      }
    } catch (error) {
      throw s3ReadError(error, `list ${this.#nameOf(prefix)}`);
    }
  }

  async #putOnce(object: S3Upload): Promise<'stored' | 'exists'> {
    try {
      await upload(this.#client, object);
      return 'stored';
    } catch (error) {
      if (!object.onlyIfAbsent || httpStatusOf(error) !== 412) throw error;
      // Somebody was faster, perhaps an attempt of ours that got no answer. It must have stored the same octets.
      const found = await this.#objects.compare(object.key, object.blob);
      if (found === 'intact') return 'exists';
      if (found === 'different') throw this.#corrupt(object);
      // And somebody took it away again: another attempt.
      throw error;
    }
  }

  async *#read(key: string): AsyncGenerator<Uint8Array, void, undefined> {
    const opened = await this.open(key);
    if (opened === undefined)
      throw s3ReadError(new Error('it was taken away'), `read object ${this.#nameOf(key)}`);
    yield* opened.octets;
  }

  #corrupt({ key, blob: { sizeOctets, sha256 } }: S3Upload): MailferryError {
    return new MailferryError(
      `object s3://${this.#bucket}/${key} has other octets than the ${sizeOctets} with sha256 ${sha256}`,
      {
        code: 'ARCHIVE_CORRUPT',
        scope: 'account',
        retryable: false,
        hint: 'something else wrote to the bucket: keep the mail on the server, and look at the versions of the object',
      },
    );
  }

  #nameOf(key: string): string {
    return `s3://${this.#bucket}/${this.#prefix}${key}`;
  }
}

async function* readAll(
  octets: AsyncIterable<Uint8Array>,
  toError: (thrown: unknown) => MailferryError,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* octets;
  } catch (error) {
    throw toError(error);
  }
}

async function pauseAtRandom(attempt: number): Promise<void> {
  await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
}
