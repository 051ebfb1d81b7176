// The parse function over stores in memory and real workers: what S3 would tell it, and what it said and left behind.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailferryError } from '../../../lib/core/errors.ts';
import type { FerryEvent } from '../../../lib/core/events.ts';
import { toMetadata } from '../../../lib/core/ingest-metadata.ts';
import type { IngestFacts } from '../../../lib/core/message/document.ts';
import { ParsePool } from '../../../lib/parse/worker-pool.ts';
import type { ParsePoolOptions } from '../../../lib/parse/worker-pool.ts';
import { KeptPool } from '../../../functions/parse/kept-pool.ts';
import { parseBatch } from '../../../functions/parse/parse-batch.ts';
import type { ParsePorts } from '../../../functions/parse/parse-ports.ts';
import { MemoryBlobStore } from '../../support/memory-blob-store.ts';
import { ingestOf } from '../../parse/parsed.ts';

export const RAW_BUCKET = 'raw-bucket';

/** One message of the queue. */
export interface Notice {
  readonly messageId: string;
  readonly body: string;
}

/** An invocation's time, ended by hand. */
export class TestTime {
  readonly #controllers = {
    stop: new AbortController(),
    abort: new AbortController(),
    over: new AbortController(),
  };

  get stop(): AbortSignal {
    return this.#controllers.stop.signal;
  }

  get abort(): AbortSignal {
    return this.#controllers.abort.signal;
  }

  get over(): AbortSignal {
    return this.#controllers.over.signal;
  }

  end(what: 'stop' | 'abort' | 'over'): void {
    const reason = new MailferryError('time', { code: 'TIME_UP', scope: 'session', retryable: true });
    this.#controllers[what].abort(reason);
  }
}

export class ParseRig implements AsyncDisposable {
  readonly raw = new MemoryBlobStore();
  readonly derived = new MemoryBlobStore();
  /** The same bucket, but here it is looked at by itself. */
  readonly catalog = new MemoryBlobStore();
  readonly events: FerryEvent[] = [];
  /** Every line and number, in order. */
  readonly said: string[] = [];
  readonly time = new TestTime();
  /** Pools made so far. */
  readonly pools: ParsePool[] = [];
  readonly ports: ParsePorts;
  readonly #spoolDirectory: string;

  private constructor(spoolDirectory: string, options: Partial<ParsePoolOptions>) {
    this.#spoolDirectory = spoolDirectory;
    const say = (line: string, facts: unknown): void => {
      this.said.push(`${line} ${JSON.stringify(facts)}`);
    };
    this.ports = {
      rawBucket: RAW_BUCKET,
      raw: this.raw,
      documents: new KeptPool(() => {
        const pool = new ParsePool({ blobs: this.derived, workers: 2, spoolDirectory, ...options });
        this.pools.push(pool);
        return pool;
      }),
      catalog: this.catalog,
      events: { publish: async (events) => void this.events.push(...events) },
      watch: { count: (metric) => this.said.push(metric), info: say, warn: say, error: say },
      now: () => Date.parse('2026-11-23T10:00:00Z'),
    };
  }

  static async open(options: Partial<ParsePoolOptions> = {}): Promise<ParseRig> {
    return new ParseRig(await mkdtemp(join(tmpdir(), 'parse-function-test-')), options);
  }

  /** A raw object as an import leaves it, and what S3 then says of it. */
  plant(
    text: string,
    messageId = 'm1',
  ): { raw: Buffer; ingest: IngestFacts; parsedKey: string; notice: Notice } {
    const raw = Buffer.from(text);
    const ingest = ingestOf(raw);
    this.raw.plant(
      ingest.rawKey,
      raw,
      toMetadata({ ingest, listedOctets: raw.length, headerSha256: undefined }),
    );
    const parsedKey = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
    return { raw, ingest, parsedKey, notice: noticeOf(messageId, ingest.rawKey) };
  }

  /** @returns the ids that go back to the queue */
  async run(notices: readonly Notice[], changes: Partial<ParsePorts> = {}, atOnce = 2): Promise<string[]> {
    const answer = await parseBatch(notices, { ...this.ports, ...changes }, this.time, atOnce);
    return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  document(parsedKey: string): { subject: unknown; problems: unknown; ingest: Record<string, unknown> } {
    return JSON.parse(String(this.derived.peek(parsedKey))) as ReturnType<ParseRig['document']>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ports.documents.abandon();
    await rm(this.#spoolDirectory, { recursive: true, force: true });
  }
}

export function noticeOf(messageId: string, ...keys: readonly string[]): Notice {
  return { messageId, body: JSON.stringify({ Records: keys.map((key) => s3Record(key)) }) };
}

/** As S3 writes it, `changes` on top. */
export function s3Record(
  key: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-central-1',
    eventTime: '2026-11-23T09:59:58.000Z',
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AROA:fetch' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'x',
      bucket: { name: RAW_BUCKET, arn: `arn:aws:s3:::${RAW_BUCKET}` },
      object: {
        key: encoded,
        size: 12,
        eTag: 'd41d8cd98f00b204e9800998ecf8427e',
        sequencer: '0055AED6DCD90281E5',
      },
    },
    ...changes,
  };
}
