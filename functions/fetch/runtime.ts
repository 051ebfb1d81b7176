// Puts the parts together for a fetch function: once for an environment, from what the stack wrote into its variables. The one
// file here that knows which technology is behind a port.

import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { SecretsAccess } from '../../lib/access/secrets-access.ts';
import { AwsSecrets } from '../../lib/adapters/aws-secrets.ts';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbLease } from '../../lib/adapters/dynamodb-lease.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import { DynamodbTable } from '../../lib/adapters/dynamodb-table.ts';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { createS3Client } from '../../lib/adapters/s3-client.ts';
import { SecretsByStore } from '../../lib/adapters/secrets-by-store.ts';
import { lateTokenEndpoint } from '../../lib/adapters/late-token-endpoint.ts';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { ImportPorts } from '../../lib/import/import-ports.ts';
import type { EventSink, JobQueue, ParseJob } from '../../lib/ports/work.ts';
import { removeAbandoned } from '../../lib/spool/remove-abandoned.ts';
import { readFetchSettings } from '../environment.ts';
import type { Environment, FetchSettings } from '../environment.ts';
import { lateEventSink, lateJobQueue } from '../late-ports.ts';
import type { DrainMessage } from '../messages.ts';
import { createLogger, createMetrics } from '../observe.ts';
import type { FetchPorts } from './fetch-ports.ts';
import { nodeLoginTools } from '../../lib/adapters/node-login-tools.ts';

export interface FetchRuntime extends AsyncDisposable {
  readonly ports: FetchPorts;
  /** Kept back from the time of each invocation. */
  readonly reserveMs: number;
  /** Before the first invocation: what a process that died in this environment left on its disk is gone. Never rejects. */
  readonly isReady: Promise<unknown>;
  /** At the end of each invocation. */
  publishMetrics(): void;
}

/** @throws CONFIG_INVALID */
export function openFetchRuntime(environment: Environment): FetchRuntime {
  const settings = readFetchSettings(environment);
  const table = new DynamodbTable({ table: settings.table });
  const s3 = createS3Client();
  const secrets = new AwsSecrets();
  const drains = openDrainQueue(settings.drainQueueUrl);
  const events = openEvents(settings.eventBus);
  const logger = createLogger('fetch');
  const metrics = createMetrics('fetch');
  const spoolDirectory = join(tmpdir(), 'mailferry-spool');
  return {
    ports: {
      imports: {
        pop3: { dialer: new SocketDialer(), login: nodeLoginTools },
        access: new SecretsAccess(new SecretsByStore({ aws: secrets }), lateTokenEndpoint()),
        blobs: new S3BlobStore({ client: s3, bucket: settings.rawBucket }),
        ledger: new DynamodbLedger(table, Date.now),
        lease: new DynamodbLease(table, Date.now),
        parseQueue: QUEUE_OF_S3,
        spoolDirectory,
        ownerName: ownerNameOf(environment),
        now: Date.now,
        newRunId: () => ulid(),
      },
      directory: new DynamodbAccountDirectory(table, Date.now),
      drains,
      events,
      watch: {
        count: (metric, value) => metrics.count(metric, value),
        info: (line, facts) => logger.info(line, facts),
        warn: (line, facts) => logger.warn(line, facts),
        error: (line, facts) => logger.error(line, facts),
      },
      newDrainId: () => ulid(),
    },
    reserveMs: settings.reserveMs,
    isReady: removeAbandoned(spoolDirectory),
    publishMetrics: () => metrics.publish(),
    [Symbol.asyncDispose]: async () => {
      table[Symbol.dispose]();
      s3.destroy();
      secrets[Symbol.dispose]();
      drains[Symbol.dispose]();
      events?.[Symbol.dispose]();
    },
  };
}

/** S3 itself tells the parse queue of each raw object, durably: the object's being there is the job. */
const QUEUE_OF_S3: JobQueue<ParseJob> = {
  enqueue: async () => {
    // Told already.
  },
};

/** Not loaded before they are needed: most polls find nothing. */
function openEvents(bus: string | undefined): (EventSink & Disposable) | undefined {
  if (bus === undefined) return undefined;
  return lateEventSink(async () => {
    const { EventBridgeSink } = await import('../../lib/adapters/eventbridge-sink.ts');
    return new EventBridgeSink({ bus });
  });
}

function openDrainQueue(queueUrl: FetchSettings['drainQueueUrl']): JobQueue<DrainMessage> & Disposable {
  return lateJobQueue(async () => {
    const { SqsJobQueue } = await import('../../lib/adapters/sqs-job-queue.ts');
    return new SqsJobQueue<DrainMessage>({ queueUrl }, (message) => ({
      body: JSON.stringify(message),
      groupId: message.account,
      deduplicationId: `${message.id}/${message.slice}`,
    }));
  });
}

/** One for each environment, so that people can tell who has a lease, and find its log. */
function ownerNameOf(environment: Environment): ImportPorts['ownerName'] {
  const name = environment['AWS_LAMBDA_FUNCTION_NAME'] ?? 'fetch';
  return `${name}/${environment['AWS_LAMBDA_LOG_STREAM_NAME'] ?? randomUUID()}`;
}
