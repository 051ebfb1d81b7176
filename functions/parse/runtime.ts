// The parse function put together: the raw bucket to read, the derived one to write, processes that parse, and who is told.

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { createS3Client } from '../../lib/adapters/s3-client.ts';
import { ParsePool } from '../../lib/parse/worker-pool.ts';
import type { EventSink } from '../../lib/ports/work.ts';
import { readParseSettings } from '../environment.ts';
import type { Environment } from '../environment.ts';
import { lateEventSink } from '../late-ports.ts';
import { createLogger, createMetrics } from '../observe.ts';
import type { ServiceMetrics } from '../observe.ts';
import { capacityOf } from './capacity.ts';
import { KeptPool } from './kept-pool.ts';
import type { ParsePorts } from './parse-ports.ts';

export interface ParseRuntime {
  readonly ports: ParsePorts;
  readonly metrics: ServiceMetrics<'parse'>;
  /** Objects under way at the same time. */
  readonly atOnce: number;
}

/** Once for an execution environment. @throws CONFIG_INVALID */
export function openParseRuntime(environment: Environment, memoryMegabytes: number): ParseRuntime {
  const { rawBucket, derivedBucket, eventBus, publishesMessages, writesCatalog } =
    readParseSettings(environment);
  const { workers, atOnce, limits } = capacityOf(memoryMegabytes);
  const client = createS3Client();
  const derived = new S3BlobStore({ client, bucket: derivedBucket });
  // Ours alone: what lies there is of a process that was killed in this environment before.
  const spoolDirectory = join(tmpdir(), 'mailferry-parse');
  rmSync(spoolDirectory, { recursive: true, force: true });
  const logger = createLogger('parse');
  const metrics = createMetrics('parse');
  return {
    ports: {
      rawBucket,
      raw: new S3BlobStore({ client, bucket: rawBucket }),
      // The pool is given no store that could write to the raw bucket.
      documents: new KeptPool(() => new ParsePool({ blobs: derived, workers, limits, spoolDirectory })),
      catalog: writesCatalog ? derived : undefined,
      events: publishesMessages && eventBus !== undefined ? openEvents(eventBus) : undefined,
      watch: {
        count: (metric) => metrics.count(metric),
        info: (line, facts) => logger.info(line, facts),
        warn: (line, facts) => logger.warn(line, facts),
        error: (line, facts) => logger.error(line, facts),
      },
      now: Date.now,
    },
    metrics,
    atOnce,
  };
}

function openEvents(bus: string): EventSink {
  return lateEventSink(async () => {
    const { EventBridgeSink } = await import('../../lib/adapters/eventbridge-sink.ts');
    return new EventBridgeSink({ bus });
  });
}
