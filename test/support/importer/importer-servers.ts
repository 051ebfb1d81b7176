// The servers that stand for AWS under a whole importer, each behind what breaks or counts it. The stack is deployed to the one
// that knows CloudFormation; table and queues are on better ones, under the names they have there.

import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startAwsFaultProxy } from '../aws-fault-proxy.ts';
import type { AwsFaultProxy } from '../aws-fault-proxy.ts';
import { startDynalite } from '../dynalite.ts';
import { startDynamodbMeter } from '../dynamodb-meter.ts';
import type { DynamodbMeter } from '../dynamodb-meter.ts';
import { startFauxqs } from '../fauxqs.ts';
import type { FauxqsServer, QueueNames } from '../fauxqs.ts';
import { deployToMoto } from '../moto-stack.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../moto.ts';
import type { RunningMoto } from '../moto.ts';
import { startS3StrictProxy } from '../s3-strict-proxy.ts';
import type { S3StrictProxy } from '../s3-strict-proxy.ts';
import type { ImporterStack, QueueName } from './importer-stack.ts';

export interface ImporterServers extends AsyncDisposable {
  /** As it was deployed, and adjusted. */
  readonly stack: ImporterStack;
  readonly moto: RunningMoto;
  readonly fauxqs: FauxqsServer;
  /** Past proxy and meter. */
  readonly dynamodbPort: number;
  readonly meter: DynamodbMeter;
  readonly s3: S3StrictProxy;
  readonly dynamodb: AwsFaultProxy;
  /** Before the queues, for what the functions send. */
  readonly sqs: AwsFaultProxy;
  /** Before EventBridge, Secrets Manager and SSM. */
  readonly others: AwsFaultProxy;
  readonly queues: Readonly<Record<QueueName, { readonly queue: QueueNames; readonly dead: QueueNames }>>;
  /** For the functions: where all of it is. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** @param adjust what the test has otherwise than the template; names stay */
export async function startImporterServers(
  adjust: (deployed: ImporterStack) => ImporterStack,
): Promise<ImporterServers> {
  await using starting = new AsyncDisposableStack();
  const moto = starting.use(await startMoto());
  const stack = adjust(await deployToMoto(moto));
  const fauxqs = starting.use(await startFauxqs());
  const dynalite = starting.use(await startDynalite());
  const meter = starting.use(await startDynamodbMeter(dynalite.port));
  const dynamodb = starting.use(await startAwsFaultProxy(meter.port));
  const s3 = starting.use(await startS3StrictProxy(moto.port));
  const sqs = starting.use(await startAwsFaultProxy(fauxqs.port));
  const others = starting.use(await startAwsFaultProxy(moto.port));
  const queues = {
    poll: await createQueues(fauxqs, stack, 'poll'),
    drain: await createQueues(fauxqs, stack, 'drain'),
    parse: await createQueues(fauxqs, stack, 'parse'),
  };
  const owned = starting.move();
  return {
    stack,
    moto,
    fauxqs,
    meter,
    s3,
    dynamodb,
    sqs,
    others,
    queues,
    dynamodbPort: dynalite.port,
    endpoints: {
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: others.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: others.endpoint,
      AWS_ENDPOINT_URL_SSM: others.endpoint,
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

async function createQueues(
  fauxqs: FauxqsServer,
  stack: ImporterStack,
  name: QueueName,
): Promise<{ readonly queue: QueueNames; readonly dead: QueueNames }> {
  const { deadLetters, visibilitySeconds, maxReceiveCount, ...queue } = stack.queues[name];
  const dead = await fauxqs.createQueue(deadLetters);
  return {
    dead,
    queue: await fauxqs.createQueue(queue.name, {
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }),
    }),
  };
}

/** One secret for all accounts: a JSON object with their passwords by name. */
export async function createSecret(
  moto: RunningMoto,
  Name: string,
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const client = new SecretsManagerClient(settingsFor(moto));
  const command = new CreateSecretCommand({ Name, SecretString: JSON.stringify(passwords) });
  await client.send(command).finally(() => client.destroy());
}

function settingsFor({ port }: RunningMoto): {
  endpoint: string;
  region: string;
  credentials: typeof TEST_CREDENTIALS;
} {
  return { endpoint: `http://127.0.0.1:${port}`, region: TEST_REGION, credentials: TEST_CREDENTIALS };
}
