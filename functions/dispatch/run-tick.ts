// One invocation of the dispatch function over its ports: a tick, and what is told of it.

import { MailferryError } from '../../lib/core/errors.ts';
import { dispatchDue } from '../../lib/dispatch/dispatch-due.ts';
import type { DispatchPorts } from '../../lib/dispatch/dispatch-due.ts';
import type { DispatchReport } from '../../lib/dispatch/dispatch-report.ts';
import type { MetricName } from '../metrics.ts';

export interface TickPorts extends DispatchPorts {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Without success for so long an account is stale. */
  readonly staleMs: number;
  readonly watch: TickWatch;
}

/** Where a tick tells of itself. Nothing in `facts` but counts and schedules. */
export interface TickWatch {
  count(metric: MetricName<'dispatch'>, value: number): void;
  info(line: string, facts: Facts): void;
  warn(line: string, facts: Facts): void;
}

type Facts = Readonly<Record<string, unknown>>;

/**
 * @throws after everything that could be done was done, so that the function's errors count it: LEDGER_FAILED, QUEUE_FAILED (the
 *   next tick takes up what is left), EVENTS_FAILED, CONFIG_INVALID for a schedule and LEDGER_FAILED for an account that cannot be read
 */
export async function runTick({ now, staleMs, watch, ...ports }: TickPorts): Promise<void> {
  const report = await dispatchDue(ports, { now: now(), staleMs });
  tellCounts(report, watch);
  const { unusable, unreadableFailure, eventsFailure, ...facts } = report;
  if (report.outcome === 'stale') watch.warn('another dispatcher was faster, and does what is left', facts);
  else watch.info('tick', facts);
  // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is passed on as it is
  if (eventsFailure !== undefined) throw eventsFailure;
  if (unusable.length > 0) throw cannotRead(unusable);
  // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is passed on as it is
  if (unreadableFailure !== undefined) throw unreadableFailure;
}

function tellCounts(report: DispatchReport, watch: TickWatch): void {
  watch.count('AccountsDue', report.due);
  watch.count('PollsSent', report.sent);
  watch.count('PollsRetried', report.retried);
  watch.count('AccountsBackedOff', report.waiting);
  watch.count('AccountsSuspended', report.suspended);
  watch.count('AccountsStale', report.stale);
  watch.count('OldestSuccessAgeSeconds', Math.round(report.oldestSuccessAgeMs / 1000));
  watch.count('MinutesMissed', report.missedMinutes);
}

function cannotRead(schedules: DispatchReport['unusable']): MailferryError {
  const list = schedules.map((schedule) => JSON.stringify(schedule)).join(', ');
  return new MailferryError(
    `no account with one of these schedules was polled, for no times follow from it: ${list}`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: 'a later version of this program wrote it: deploy that one, or apply the accounts again with this one',
    },
  );
}
