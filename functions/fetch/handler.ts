// The two Lambda handlers of one bundle: `poll` for batches of accounts in short runs, `drain` for one account at a time.

import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { drainAccounts } from './drain-account.ts';
import type { FetchPorts } from './fetch-ports.ts';
import { startInvocationTime } from '../invocation-time.ts';
import type { InvocationTime } from '../invocation-time.ts';
import { pollAccounts } from './poll-accounts.ts';
import { openFetchRuntime } from './runtime.ts';

const runtime = openFetchRuntime(process.env);

/** From the queue of polls. */
export async function poll(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return await answer(pollAccounts, event, context);
}

/** From the queue of drains. */
export async function drain(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return await answer(drainAccounts, event, context);
}

type Work = (event: SQSEvent, ports: FetchPorts, time: InvocationTime) => Promise<SQSBatchResponse>;

async function answer(work: Work, event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { ports, reserveMs } = runtime;
  using time = startInvocationTime(context.getRemainingTimeInMillis(), reserveMs, ports.imports.now());
  await runtime.isReady;
  try {
    return await work(event, ports, time);
  } finally {
    runtime.publishMetrics();
  }
}
