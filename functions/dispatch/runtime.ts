// The dispatch function put together: the table it reads, the queue it fills, and who is told. Once for an environment.

import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbTable } from '../../lib/adapters/dynamodb-table.ts';
import { EventBridgeSink } from '../../lib/adapters/eventbridge-sink.ts';
import { SqsJobQueue } from '../../lib/adapters/sqs-job-queue.ts';
import type { PollJob } from '../../lib/dispatch/poll-sender.ts';
import { readDispatchSettings } from '../environment.ts';
import type { Environment } from '../environment.ts';
import type { PollMessage } from '../messages.ts';
import { createLogger, createMetrics } from '../observe.ts';
import type { ServiceMetrics } from '../observe.ts';
import type { TickPorts } from './run-tick.ts';

export interface DispatchRuntime extends Disposable {
  readonly ports: TickPorts;
  readonly metrics: ServiceMetrics<'dispatch'>;
}

/** @throws CONFIG_INVALID */
export function openDispatchRuntime(environment: Environment): DispatchRuntime {
  const { table: name, pollQueueUrl, eventBus, staleMs } = readDispatchSettings(environment);
  const table = new DynamodbTable({ table: name });
  const polls = openPollQueue(pollQueueUrl);
  const events = eventBus === undefined ? undefined : new EventBridgeSink({ bus: eventBus });
  const logger = createLogger('dispatch');
  const metrics = createMetrics('dispatch');
  return {
    ports: {
      directory: new DynamodbAccountDirectory(table, Date.now),
      polls,
      events,
      now: Date.now,
      staleMs,
      watch: {
        count: (metric, value) => metrics.count(metric, value),
        info: (line, facts) => logger.info(line, facts),
        warn: (line, facts) => logger.warn(line, facts),
      },
    },
    metrics,
    [Symbol.dispose]: () => {
      table[Symbol.dispose]();
      polls[Symbol.dispose]();
      events?.[Symbol.dispose]();
    },
  };
}

/** A tick that is repeated within five minutes sends nothing twice: SQS knows the polls again. */
function openPollQueue(queueUrl: string): SqsJobQueue<PollJob> {
  return new SqsJobQueue<PollJob>({ queueUrl }, ({ account, tick }) => {
    const message: PollMessage = { kind: 'poll', account, tick };
    return { body: JSON.stringify(message), groupId: account, deduplicationId: `${account}/${tick}` };
  });
}
