// `index.handler` of the parse function: a batch of the queue that S3 fills. Holds no secret and reaches no mailbox; the process
// that takes the mail apart is another one, which holds nothing at all (lib/parse/worker.ts).

import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { startInvocationTime } from '../invocation-time.ts';
import { parseBatch } from './parse-batch.ts';
import { openParseRuntime } from './runtime.ts';
import type { ParseRuntime } from './runtime.ts';

/** No message is begun in the last part of an invocation; one that is begun before has this long, and its time-out. */
const RESERVE_MS = 60_000;

/** Of this execution environment, from its first invocation on. */
let runtime: ParseRuntime | undefined;

export async function handler(
  { Records: records }: Pick<SQSEvent, 'Records'>,
  context: Pick<Context, 'memoryLimitInMB' | 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  runtime ??= openParseRuntime(process.env, Number(context.memoryLimitInMB));
  const { ports, metrics, atOnce } = runtime;
  using time = startInvocationTime(context.getRemainingTimeInMillis(), RESERVE_MS, ports.now());
  metrics.captureColdStartMetric();
  try {
    return await parseBatch(records, ports, time, atOnce);
  } finally {
    metrics.publish();
  }
}
