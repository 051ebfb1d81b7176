// The stack as it is synthesized, deployed into moto's CloudFormation: real names of everything, and the functions' variables
// with those names in them, read back from the services and not from the template.

import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { VARIABLES } from '../../functions/environment.ts';
import { plainId, synthesize } from '../cdk/synthesized.ts';
import { TABLE } from './dynalite.ts';
import type {
  DeployedFunction,
  DeployedQueue,
  FunctionName,
  ImporterStack,
  QueueName,
} from './importer/importer-stack.ts';
import { askLambda, createStack } from './moto-cloudformation.ts';
import type { PhysicalIds } from './moto-cloudformation.ts';
import { toMotoTemplate } from './moto-template.ts';
import { TEST_CREDENTIALS, TEST_REGION } from './moto.ts';
import type { RunningMoto } from './moto.ts';

export interface MotoDeployment extends ImporterStack {
  readonly queues: Readonly<Record<QueueName, MotoQueue>>;
  /** By logical id without CDK's hash. */
  readonly physicalIds: PhysicalIds;
  /** Types of what moto left out, or lists under no name, each once. */
  readonly leftOut: readonly string[];
}

export interface MotoQueue extends DeployedQueue {
  readonly url: string;
  /** How long a batch is collected that is not full. */
  readonly batchWindowSeconds: number;
  /** Invocations at a time. */
  readonly maxConcurrency: number;
}

type MotoPort = Pick<RunningMoto, 'port'>;

const BUNDLES: Readonly<Record<FunctionName, string>> = {
  dispatch: 'dispatch',
  poll: 'fetch',
  drain: 'fetch',
  parse: 'parse',
};

/** Buckets, queues, table and bus are there afterwards, empty. @throws Error with moto's reason */
export async function deployToMoto(moto: MotoPort): Promise<MotoDeployment> {
  using stack = synthesize();
  const created = await createStack(moto, 'Mailferry', toMotoTemplate(stack.resources, { table: TABLE }));
  const physicalIds = new Map([...created].map(([id, name]) => [plainId(id), name]));
  const names = Object.keys(BUNDLES) as FunctionName[];
  const functions = await Promise.all(names.map(async (name) => await readFunction(moto, physicalIds, name)));
  const [dispatch, poll, drain, parse] = functions;
  if (!dispatch || !poll || !drain || !parse) throw new Error('a function is missing');
  const variable = (name: keyof typeof VARIABLES, from: DeployedFunction): string =>
    from.environment[VARIABLES[name]] ?? '';
  return {
    table: variable('table', poll),
    rawBucket: variable('rawBucket', parse),
    derivedBucket: variable('derivedBucket', parse),
    eventBus: variable('eventBus', poll),
    functions: { dispatch, poll, drain, parse },
    queues: {
      poll: await readQueue(moto, physicalIds, 'poll'),
      drain: await readQueue(moto, physicalIds, 'drain'),
      parse: await readQueue(moto, physicalIds, 'parse'),
    },
    physicalIds,
    leftOut: [
      ...new Set(
        Object.entries(stack.resources)
          .filter(([id]) => !created.has(id))
          .map(([, { Type }]) => Type),
      ),
    ].sort(),
  };
}

async function readFunction(moto: MotoPort, ids: PhysicalIds, name: FunctionName): Promise<DeployedFunction> {
  const physical = idOf(ids, `ImporterFunctions${capital(name)}Lambda`);
  const { Handler, MemorySize, Timeout, Environment } = (await askLambda(
    moto,
    `/2015-03-31/functions/${physical}/configuration`,
  )) as {
    Handler: string;
    MemorySize: number;
    Timeout: number;
    Environment: { Variables: Record<string, string> };
  };
  return {
    name: physical,
    bundle: BUNDLES[name],
    handler: Handler,
    memoryMb: MemorySize,
    timeoutMs: Timeout * 1000,
    environment: Environment.Variables,
  };
}

interface Mapping {
  readonly UUID: string;
  readonly BatchSize: number;
  readonly EventSourceArn: string;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
}

async function readQueue(moto: MotoPort, ids: PhysicalIds, name: QueueName): Promise<MotoQueue> {
  const id = `ImporterQueues${capital(name)}`;
  const url = idOf(ids, id);
  const attributes = await readAttributes(moto, url);
  const mapping = await readMapping(moto, idOf(ids, `ImporterFunctions${capital(name)}Source`));
  if (mapping.EventSourceArn !== attributes['QueueArn']) throw new Error(`${name} is fed by another queue`);
  const redrive = JSON.parse(attributes['RedrivePolicy'] ?? '{}') as { maxReceiveCount?: number };
  return {
    name: nameOf(url),
    url,
    deadLetters: nameOf(idOf(ids, `${id}DeadLetters`)),
    visibilitySeconds: Number(attributes['VisibilityTimeout']),
    maxReceiveCount: Number(redrive.maxReceiveCount),
    batchSize: mapping.BatchSize,
    batchWindowSeconds: mapping.MaximumBatchingWindowInSeconds ?? 0,
    maxConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? 0,
  };
}

async function readMapping(moto: MotoPort, uuid: string): Promise<Mapping> {
  const all = (await askLambda(moto, '/2015-03-31/event-source-mappings/')) as {
    EventSourceMappings: Mapping[];
  };
  const found = all.EventSourceMappings.find(({ UUID }) => UUID === uuid);
  if (found === undefined) throw new Error(`there is no event source mapping ${uuid}`);
  return found;
}

async function readAttributes(
  { port }: MotoPort,
  QueueUrl: string,
): Promise<Readonly<Record<string, string>>> {
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: TEST_REGION,
    credentials: TEST_CREDENTIALS,
    useQueueUrlAsEndpoint: false,
  });
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes = {} } = await client.send(command).finally(() => client.destroy());
  return Attributes;
}

function idOf(ids: PhysicalIds, plain: string): string {
  const found = ids.get(plain);
  if (found === undefined || found === '') throw new Error(`moto has no ${plain}`);
  return found;
}

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
