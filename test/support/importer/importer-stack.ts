// The importer as it is deployed: names, sizes and variables of everything the functions are run with.

import { resolve } from 'node:path';

export type FunctionName = 'dispatch' | 'poll' | 'drain' | 'parse';
export type QueueName = 'poll' | 'drain' | 'parse';

export interface DeployedFunction {
  readonly name: string;
  /** The bundle's folder below `dist/lambda`. */
  readonly bundle: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface DeployedQueue {
  readonly name: string;
  readonly deadLetters: string;
  readonly visibilitySeconds: number;
  readonly maxReceiveCount: number;
  readonly batchSize: number;
  /** How long a batch is collected that is not full. */
  readonly batchWindowSeconds: number;
}

export interface ImporterStack {
  readonly table: string;
  readonly rawBucket: string;
  readonly derivedBucket: string;
  readonly eventBus: string;
  readonly functions: Readonly<Record<FunctionName, DeployedFunction>>;
  readonly queues: Readonly<Record<QueueName, DeployedQueue>>;
}

/** As built; another folder by the variable MAILFERRY_LAMBDA_FOLDER. */
export const LAMBDA_FOLDER = resolve(
  process.env['MAILFERRY_LAMBDA_FOLDER'] ?? resolve(import.meta.dirname, '../../../dist/lambda'),
);
