// The variables Lambda gives a function's process. Never the machine's own: what a function finds here it finds on AWS.

import { randomUUID } from 'node:crypto';
import type { LambdaSpec } from './lambda-spec.ts';
import { REGION } from './lambda-spec.ts';

/**
 * @param runtimeApi host and port of the environment's own API
 * @param temporaryFolder stands for Lambda's `/tmp`, which each environment has for itself
 */
export function lambdaVariables(
  spec: LambdaSpec,
  runtimeApi: string,
  temporaryFolder: string,
): Readonly<Record<string, string>> {
  return {
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: temporaryFolder,
    LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task:/opt/lib',
    NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules',
    LAMBDA_TASK_ROOT: spec.taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: spec.handler,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    // Its own for each environment.
    AWS_LAMBDA_LOG_STREAM_NAME: `2026/11/23/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    // Of the function's role.
    AWS_ACCESS_KEY_ID: 'ASIATESTTESTTESTTEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    ...spec.environment,
  };
}

/** As Lambda's own start script sets them: a tenth of the memory for young objects, the rest for old ones. */
export function heapFlags(memoryMb: number): string[] {
  const youngMb = Math.floor(memoryMb / 10);
  return [
    '--expose-gc',
    `--max-semi-space-size=${Math.max(1, Math.floor(youngMb / 2))}`,
    `--max-old-space-size=${memoryMb - youngMb}`,
  ];
}
