// The fetch and parse functions as they are put together from their environment, between a mailbox and servers that stand for
// AWS, each behind what counts its requests. In this process, without sandboxes: what a request is does not depend on those.

import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { PARSE_QUEUE, PARSE_SIZE } from '../../cdk/sizes.ts';
import { VARIABLES } from '../../functions/environment.ts';
import { startInvocationTime } from '../../functions/invocation-time.ts';
import { parseBatch } from '../../functions/parse/parse-batch.ts';
import { openParseRuntime } from '../../functions/parse/runtime.ts';
import type { FetchMessage } from '../../functions/messages.ts';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { ANN } from '../contract/sample-records.ts';
import { accountAt, PASSWORD } from '../session/session-under-test.ts';
import { passwordAuth } from '../support/account-defaults.ts';
import { startAwsFaultProxy } from '../support/aws-fault-proxy.ts';
import { openTestTable, startDynalite, TABLE, useTestCredentials } from '../support/dynalite.ts';
import type { Metered } from '../support/dynamodb-meter.ts';
import { startDynamodbMeter } from '../support/dynamodb-meter.ts';
import { startFauxqs } from '../support/fauxqs.ts';
import { objectCreated } from '../support/lambda/bucket-notifications.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import { startS3StrictProxy } from '../support/s3-strict-proxy.ts';
import { inBatches } from '../../lib/adapters/in-batches.ts';

const DERIVED = 'mailferry-test-derived';
const REMAINING_MS = 120_000;
/** What Lambda says of an invocation; nothing else of it is used. */
const CONTEXT = { getRemainingTimeInMillis: () => REMAINING_MS } as Context;

/** Since it was asked last. */
export interface Requests {
  /** The keys of objects put, and how many other requests there were, by bucket and operation. */
  readonly puts: readonly string[];
  readonly otherS3: number;
  readonly dynamodb: Metered;
  /** By operation, as the functions sent them; what Lambda and S3 do for themselves is not in it. */
  readonly sqs: Readonly<Record<string, number>>;
}

export interface CountedImporter extends AsyncDisposable {
  /** What sessions from now on see. */
  readonly maildrop: TestMessage[];
  poll(): Promise<void>;
  /** Slice by slice, to its end. @returns how many there were */
  drain(): Promise<number>;
  /** What was stored since, in batches as large as the queue gives. @returns how many there were */
  parse(): Promise<number>;
  take(): Requests;
}

/** The environment of this process is theirs meanwhile: one at a time. @param maildrop of the account `ann` */
export async function openCountedImporter(maildrop: TestMessage[]): Promise<CountedImporter> {
  await using opening = new AsyncDisposableStack();
  const servers = await startServers(opening, maildrop);
  const { s3, meter, sqs } = servers;
  const fetching = await openFetching(servers);
  // Not by its handler, which keeps its workers as long as the process lives.
  const parsing = openParseRuntime(process.env, PARSE_SIZE.memoryMegabytes);
  opening.defer(async () => await parsing.ports.documents.abandon());
  const stored = noteStored(servers);
  let s3Before = 0;
  const take = (): Requests => {
    const seen = s3.seen.slice(s3Before);
    s3Before = s3.seen.length;
    const puts = seen.filter(({ method }) => method === 'PUT').map(({ url }) => keyOf(url));
    return { puts, otherS3: seen.length - puts.length, dynamodb: meter.take(), sqs: sqs.takeCounts() };
  };
  take();
  const owned = opening.move();
  return {
    maildrop,
    take,
    ...fetching,
    parse: async () => {
      let count = 0;
      for (const batch of inBatches(PARSE_QUEUE.batchSize, stored.splice(0))) {
        using time = startInvocationTime(REMAINING_MS, 0, Date.now());
        assertDone(await parseBatch(eventOf(batch).Records, parsing.ports, time, parsing.atOnce));
        count += 1;
      }
      return count;
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

type Servers = Awaited<ReturnType<typeof startServers>>;

async function startServers(opening: AsyncDisposableStack, maildrop: TestMessage[]) {
  useTestCredentials();
  const moto = opening.use(await startMoto());
  await moto.client.send(new CreateBucketCommand({ Bucket: DERIVED }));
  const s3 = opening.use(await startS3StrictProxy(moto.port));
  const meter = opening.use(await startDynamodbMeter(opening.use(await startDynalite()).port));
  const fauxqs = opening.use(await startFauxqs());
  const sqs = opening.use(await startAwsFaultProxy(fauxqs.port));
  const drains = await fauxqs.createQueue('drains.fifo');
  const pop3 = opening.use(await startPop3Server({ maildrop, user: 'ann', password: PASSWORD }));
  await keepPassword(moto.port);
  opening.use(
    setEnvironment({
      AWS_REGION: TEST_REGION,
      AWS_ENDPOINT_URL_DYNAMODB: at(meter.port),
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: at(moto.port),
      AWS_ENDPOINT_URL_EVENTBRIDGE: at(moto.port),
      [VARIABLES.table]: TABLE,
      [VARIABLES.rawBucket]: moto.bucket,
      [VARIABLES.derivedBucket]: DERIVED,
      [VARIABLES.drainQueueUrl]: drains.url,
      [VARIABLES.eventBus]: 'default',
      [VARIABLES.reserveSeconds]: '20',
    }),
  );
  const table = opening.use(openTestTable(meter.port));
  await new DynamodbAccountDirectory(table, Date.now).apply({
    ...accountAt(pop3.port),
    auth: passwordAuth('secretsmanager', 'mail#ann'),
  });
  return { moto, s3, meter, fauxqs, sqs, drains };
}

async function openFetching({ fauxqs, drains }: Servers): Promise<Pick<CountedImporter, 'poll' | 'drain'>> {
  const handlers = await import('../../functions/fetch/handler.ts');
  const done = new Set<string>();
  return {
    poll: async () => {
      const message: FetchMessage = { kind: 'poll', account: ANN, tick: 1 };
      assertDone(await handlers.poll(eventOf([JSON.stringify(message)]), CONTEXT));
    },
    drain: async () => {
      for (let slices = 0; ; slices += 1) {
        // They stay in the queue, for nobody receives them.
        const next = (await fauxqs.held(drains)).find(({ body }) => !done.has(body));
        if (!next) return slices;
        done.add(next.body);
        assertDone(await handlers.drain(eventOf([next.body]), CONTEXT));
      }
    },
  };
}

/** @returns what S3 would tell the queue, as it comes */
function noteStored({ s3, moto: { bucket } }: Servers): string[] {
  const notices: string[] = [];
  s3.onStored = (path, sizeOctets) => {
    const key = keyOf(path);
    if (key.startsWith('raw/')) notices.push(JSON.stringify(objectCreated(bucket, key, sizeOctets)));
  };
  return notices;
}

/** Of a path-style URL. */
function keyOf(url: string): string {
  return decodeURIComponent(url.replace(/\?.*/, '')).replace(/^\/[^/]+\//, '');
}

function at(port: number): string {
  return `http://127.0.0.1:${port}`;
}

async function keepPassword(port: number): Promise<void> {
  const settings = { endpoint: at(port), region: TEST_REGION, credentials: TEST_CREDENTIALS };
  const client = new SecretsManagerClient(settings);
  const SecretString = JSON.stringify({ ann: PASSWORD });
  await client.send(new CreateSecretCommand({ Name: 'mail', SecretString })).finally(() => client.destroy());
}

function setEnvironment(variables: Readonly<Record<string, string>>): Disposable {
  Object.assign(process.env, variables);
  return {
    [Symbol.dispose]: () => {
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    },
  };
}

function eventOf(bodies: readonly string[]): SQSEvent {
  const records = bodies.map((body, index) => ({
    messageId: String(index),
    body,
    attributes: { ApproximateReceiveCount: '1' },
  }));
  return { Records: records as unknown as SQSEvent['Records'] };
}

function assertDone({ batchItemFailures }: SQSBatchResponse): void {
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages were left`);
}
