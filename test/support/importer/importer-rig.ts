// The whole importer, running: the bundled functions in sandboxes, wired as the stack wires them. A minute wakes dispatch, its
// messages wake poll, poll's wake drain, drain's wake drain, and each raw object wakes parse.

import { join } from 'node:path';
import { BucketNotifications } from '../lambda/bucket-notifications.ts';
import { EventSource } from '../lambda/event-source.ts';
import { LambdaFunction } from '../lambda/lambda-function.ts';
import type { LambdaFunctionOptions } from '../lambda/lambda-function.ts';
import { MinuteTick } from '../lambda/minute-tick.ts';
import { standingClock } from '../lambda/standing-clock.ts';
import type { Usage } from '../lambda/usage.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ImporterServers } from './importer-servers.ts';
import { startImporterServers } from './importer-servers.ts';
import type { DeployedFunction, FunctionName, ImporterStack, QueueName } from './importer-stack.ts';
import { LAMBDA_FOLDER } from './importer-stack.ts';

export interface ImporterRigOptions {
  /** What the test has otherwise than the template. */
  readonly adjust?: (deployed: ImporterStack) => ImporterStack;
  /** Invocations at the same time. */
  readonly concurrency: Readonly<Record<QueueName, number>>;
  /** See `LambdaFunctionOptions`. */
  readonly killAfterMs?: (name: FunctionName, usage: Usage) => number | undefined;
  /** See `EventSourceOptions`. */
  readonly deliverAgain?: (name: QueueName, receives: number) => boolean;
  /** S3 tells of an object twice. */
  readonly tellAgain?: () => boolean;
}

export interface ImporterRig extends AsyncDisposable {
  readonly stack: ImporterStack;
  readonly servers: ImporterServers;
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>;
  readonly sources: Readonly<Record<QueueName, EventSource>>;
  readonly notifications: BucketNotifications;
  readonly tick: MinuteTick;
  /** What is under way is finished, and nothing more begun; the servers stay. */
  stop(): Promise<void>;
}

const QUEUES = ['poll', 'drain', 'parse'] as const;

export async function startImporter(options: ImporterRigOptions): Promise<ImporterRig> {
  await using starting = new AsyncDisposableStack();
  const { adjust = (deployed) => deployed, concurrency } = options;
  const servers = starting.use(await startImporterServers(adjust));
  const { stack } = servers;
  const folder = starting.use(await temporaryFolder());
  const clockFile = join(folder.path, 'clock');
  const make = (
    name: FunctionName,
    atOnce: number,
    more: Readonly<Record<string, string>> = {},
  ): LambdaFunction => {
    const kill = options.killAfterMs;
    const conduct = {
      concurrency: atOnce,
      ...(kill && { killAfterMs: (usage: Usage) => kill(name, usage) }),
    };
    return starting.use(makeFunction(stack.functions[name], { ...servers.endpoints, ...more }, conduct));
  };
  const functions = {
    dispatch: make('dispatch', 1, standingClock(clockFile)),
    poll: make('poll', concurrency.poll),
    drain: make('drain', concurrency.drain),
    parse: make('parse', concurrency.parse),
  };
  const notifications = await notify(servers, options);
  const tick = new MinuteTick(clockFile, async (event) => await functions.dispatch.invoke(event));
  await tick.start();
  const [poll, drain, parse] = QUEUES.map((name) =>
    starting.use(
      new EventSource({
        sqs: servers.fauxqs.client,
        queue: servers.queues[name].queue,
        invoke: async (event) => await functions[name].invoke(event),
        batchSize: stack.queues[name].batchSize,
        batchWindowMs: stack.queues[name].batchWindowSeconds * 1000,
        concurrency: concurrency[name],
        deliverAgain: (receives) => options.deliverAgain?.(name, receives) === true,
      }),
    ),
  );
  if (!poll || !drain || !parse) throw new Error('there are three sources');
  const owned = starting.move();
  return {
    stack,
    servers,
    functions,
    notifications,
    tick,
    sources: { poll, drain, parse },
    stop: async () => {
      await Promise.all([poll, drain, parse].map(async (source) => await source.stop()));
      await notifications.settle();
      await Promise.all(Object.values(functions).map(async (one) => await one[Symbol.asyncDispose]()));
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

function makeFunction(
  { bundle, environment: own, ...deployed }: DeployedFunction,
  environment: Readonly<Record<string, string>>,
  options: LambdaFunctionOptions,
): LambdaFunction {
  const taskRoot = join(LAMBDA_FOLDER, bundle);
  return new LambdaFunction({ ...deployed, taskRoot, environment: { ...environment, ...own } }, options);
}

/** S3 tells the parse queue of every object below `raw/` of the raw bucket. */
async function notify(
  { stack, s3, fauxqs, queues }: ImporterServers,
  { tellAgain }: ImporterRigOptions,
): Promise<BucketNotifications> {
  const notifications = new BucketNotifications({
    sqs: fauxqs.client,
    queueUrl: queues.parse.queue.url,
    bucket: stack.rawBucket,
    ...(tellAgain && { tellAgain }),
  });
  await notifications.setUp();
  const below = `/${stack.rawBucket}/`;
  s3.onStored = (path, sizeOctets) => {
    const key = decodeURIComponent(path.startsWith(below) ? path.slice(below.length) : '');
    if (key.startsWith('raw/')) notifications.stored(key, sizeOctets);
  };
  return notifications;
}
