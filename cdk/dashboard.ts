// One page that shows whether mail comes in, for all accounts together.

import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, SingleValueWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { counted, highest } from './importer-metrics.ts';
import type { ImporterFunctions } from './functions.ts';
import type { MailQueues } from './queues.ts';

const PERIOD = Duration.minutes(5);
const DAY = Duration.days(1);
const WIDTH = 8;
const FULL_WIDTH = 24;

export function createDashboard(
  scope: Construct,
  id: string,
  functions: ImporterFunctions,
  queues: MailQueues,
): Dashboard {
  return new Dashboard(scope, id, {
    widgets: [
      [
        new TextWidget({
          markdown: '# Mailferry\nAll accounts together. What each number means: `functions/metrics.ts`.',
          width: FULL_WIDTH,
          height: 2,
        }),
      ],
      [today()],
      accountGraphs(),
      messageGraphs(),
      queueGraphs(queues),
      functionGraphs(functions),
    ],
  });
}

function today(): IWidget {
  return new SingleValueWidget({
    title: 'The last day',
    width: FULL_WIDTH,
    height: 3,
    period: DAY,
    metrics: [
      counted('fetch', 'MessagesStored', DAY),
      counted('fetch', 'OctetsFetched', DAY),
      counted('fetch', 'MessagesDeleted', DAY),
      counted('fetch', 'MessagesQuarantined', DAY),
      counted('parse', 'MessagesParsed', DAY),
      counted('parse', 'ParseFailures', DAY),
    ],
  });
}

function accountGraphs(): IWidget[] {
  return [
    graph('Accounts due, polls sent', [
      counted('dispatch', 'AccountsDue', PERIOD),
      counted('dispatch', 'PollsSent', PERIOD),
      counted('dispatch', 'PollsRetried', PERIOD),
    ]),
    graph('Accounts left alone, stale', [
      counted('dispatch', 'AccountsBackedOff', PERIOD),
      counted('dispatch', 'AccountsSuspended', PERIOD),
      highest('dispatch', 'AccountsStale', PERIOD),
    ]),
    graph('Longest wait for a success (seconds)', [highest('dispatch', 'OldestSuccessAgeSeconds', PERIOD)]),
  ];
}

function messageGraphs(): IWidget[] {
  return [
    graph('Messages', [
      counted('fetch', 'MessagesStored', PERIOD),
      counted('fetch', 'MessagesDuplicate', PERIOD),
      counted('fetch', 'MessagesFailed', PERIOD),
      counted('fetch', 'MessagesDeleted', PERIOD),
    ]),
    graph('Polls and drains', [
      counted('fetch', 'PollsQuiet', PERIOD),
      counted('fetch', 'PollsDropped', PERIOD),
      counted('fetch', 'DrainSlices', PERIOD),
      counted('fetch', 'RunsStopped', PERIOD),
    ]),
    graph('Parsing', [counted('parse', 'MessagesParsed', PERIOD), counted('parse', 'ParseFailures', PERIOD)]),
  ];
}

function queueGraphs({ poll, drain, parse }: MailQueues): IWidget[] {
  const pairs = [poll, drain, parse];
  return [
    graph(
      'Messages waiting',
      pairs.map(({ queue }) => queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD })),
    ),
    graph(
      'Oldest message (seconds)',
      pairs.map(({ queue }) => queue.metricApproximateAgeOfOldestMessage({ period: PERIOD })),
    ),
    graph(
      'Dead letters',
      pairs.map(({ deadLetters }) =>
        deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      ),
    ),
  ];
}

function functionGraphs({ all }: ImporterFunctions): IWidget[] {
  const lambdas = all.map(({ lambda }) => lambda);
  return [
    graph(
      'Errors',
      lambdas.map((lambda) => lambda.metricErrors({ period: PERIOD })),
    ),
    graph(
      'Duration (ms)',
      lambdas.map((lambda) => lambda.metricDuration({ period: PERIOD })),
    ),
    graph(
      'Invocations',
      lambdas.map((lambda) => lambda.metricInvocations({ period: PERIOD })),
    ),
  ];
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: WIDTH, height: 6 });
}
