// What to keep an eye on, of the mail, the accounts, the queues and the functions. Every entry says what it means and where to
// look; docs/deploy.md says what to do.

import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ImporterFunctions } from './functions.ts';
import { counted, droppedAsLoop, highest, throttledTogether } from './importer-metrics.ts';
import type { MailQueues } from './queues.ts';

export interface Watch {
  readonly id: string;
  /** What has happened, and what of it. */
  readonly means: string;
  readonly metric: IMetric;
  /** Reached or passed; `below`: not reached. */
  readonly threshold: number;
  readonly below?: true;
  /** In so many of the last periods. Default: in the last one. */
  readonly lasting?: { readonly periods: number; readonly of: number };
}

const MINUTES_5 = Duration.minutes(5);
const MINUTES_15 = Duration.minutes(15);
const HOUR = Duration.hours(1);
/** One error is tried again, and mends itself; three in a quarter of an hour do not look like it. */
const REPEATED = 3;
const LATE_SECONDS = 30 * 60;
const PARSE_LATE_SECONDS = 60 * 60;

/** Ids are parts of the alarms' names. */
export function allWatches(functions: ImporterFunctions, queues: MailQueues): Watch[] {
  return [...watchMail(), ...watchAccounts(functions), ...watchQueues(queues), ...watchFunctions(functions)];
}

function watchMail(): Watch[] {
  return [
    {
      id: 'ArchiveCorrupt',
      means:
        'A stored message has other octets than it was stored with. Nothing of its account is deleted on the server.',
      metric: counted('fetch', 'ArchiveCorrupt', MINUTES_5),
      threshold: 1,
    },
    {
      id: 'MessagesQuarantined',
      means:
        'A message could not be fetched three times and is set aside: see `mailferry status`, then `mailferry retry`.',
      metric: counted('fetch', 'MessagesQuarantined', HOUR),
      threshold: 1,
    },
    {
      id: 'ParseFailures',
      means: 'A message could not be parsed. It is stored; its document says why.',
      metric: counted('parse', 'ParseFailures', HOUR),
      threshold: 1,
    },
    {
      id: 'ParseRecordsRefused',
      means:
        'The parse queue got something else than stored mail: look who may send to it, and who writes to the bucket.',
      metric: counted('parse', 'ParseRecordsRefused', HOUR),
      threshold: 1,
    },
  ];
}

function watchAccounts({ dispatch, drain }: ImporterFunctions): Watch[] {
  return [
    {
      id: 'AccountsStale',
      means:
        'Accounts have had no success for too long, and a turn since: `mailferry accounts list` names them.',
      metric: highest('dispatch', 'AccountsStale', HOUR),
      threshold: 1,
    },
    {
      id: 'RunsStopped',
      means:
        'Polls have failed for more than half an hour: the log of the poll function says which accounts, `mailferry status` why.',
      metric: counted('fetch', 'RunsStopped', MINUTES_15),
      threshold: 1,
      // An account that fails is tried again after 1, 2, 4, 8, 16, 32 minutes ...: what passes by then is told to nobody.
      lasting: { periods: 3, of: 4 },
    },
    {
      id: 'AuthFailures',
      means:
        'A server refused a password. The account is left alone for an hour, then for days: change its secret.',
      metric: counted('fetch', 'AuthFailures', MINUTES_15),
      threshold: 1,
    },
    {
      id: 'DispatchSilent',
      means: 'For five minutes nobody looked which accounts are due: is the schedule switched off?',
      metric: dispatch.lambda.metricInvocations({ period: MINUTES_5 }),
      threshold: 1,
      below: true,
    },
    {
      id: 'MinutesMissed',
      means:
        'The dispatcher was away for so long that it left minutes out: polls of slow schedules may be missing.',
      metric: counted('dispatch', 'MinutesMissed', MINUTES_15),
      threshold: 1,
    },
    {
      id: 'LeaseLost',
      means:
        'A run lost its account to another, so it outlived its time. Nothing is lost; often, it is a mistake of ours.',
      metric: counted('fetch', 'LeaseLost', MINUTES_15),
      threshold: 1,
    },
    {
      id: 'DrainsStalled',
      means: 'A long import got no further and was given up: the next poll begins anew.',
      metric: counted('fetch', 'DrainsStalled', MINUTES_15),
      threshold: 1,
    },
    {
      id: 'LoopCutOff',
      means:
        'Lambda took a long import for a loop and dropped a message: is recursiveLoop of the drain function still Allow?',
      metric: droppedAsLoop(drain.lambda, MINUTES_5),
      threshold: 1,
    },
  ];
}

function watchQueues({ poll, drain, parse }: MailQueues): Watch[] {
  const named = { Poll: poll, Drain: drain, Parse: parse };
  return Object.entries(named).flatMap(([name, { queue, deadLetters }]) => [
    {
      id: `${name}DeadLetters`,
      means: `Messages of the ${name.toLowerCase()} queue failed again and again: read the log of the function, then redrive them.`,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: MINUTES_5,
        statistic: 'Maximum',
      }),
      threshold: 1,
    },
    {
      id: `${name}QueueLate`,
      means: `Messages of the ${name.toLowerCase()} queue wait too long: raise concurrency, or look for errors and throttles.`,
      metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTES_15, statistic: 'Maximum' }),
      threshold: name === 'Parse' ? PARSE_LATE_SECONDS : LATE_SECONDS,
    },
  ]);
}

function watchFunctions({ dispatch, poll, drain, parse, all }: ImporterFunctions): Watch[] {
  const named = { Dispatch: dispatch, Poll: poll, Drain: drain, Parse: parse };
  return [
    ...Object.entries(named).map(([name, { lambda }]) => ({
      id: `${name}Errors`,
      means: `The ${name.toLowerCase()} function fails or runs out of time: read its log.`,
      metric: lambda.metricErrors({ period: MINUTES_15 }),
      threshold: REPEATED,
    })),
    {
      id: 'Throttles',
      means:
        'Lambda has no room for the functions: raise the concurrency quota of the account, or lower `concurrency`.',
      metric: throttledTogether(
        all.map(({ lambda }) => lambda),
        MINUTES_15,
      ),
      threshold: REPEATED,
    },
  ];
}
