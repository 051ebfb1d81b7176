// What a run ends with: the balancing counts for a person, or the records as JSON for a program.

import { styleText } from 'node:util';
import type { PlannedMessage } from '../core/plan.ts';
import type { RunError, RunRecord } from '../core/record.ts';
import { MESSAGE_OUTCOMES } from '../core/run-counts.ts';
import { formatCount, formatDuration, formatOctets } from './format.ts';

/** Colours follow the stream: none into a file, none with NO_COLOR. */
function paint(colour: 'red' | 'green' | 'yellow', text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

export function describeRun(run: RunRecord): string {
  const { counts } = run;
  const states = MESSAGE_OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome].toLocaleString('en')} ${outcome}`)
    .join(' + ');
  const took = formatDuration(run.endedAt - run.startedAt);
  const fetched = run.octets > 0 ? `, ${formatOctets(run.octets)}` : '';
  const lines = [`${run.account}: ${headline(run)} (${took}${fetched})`];
  lines.push(
    counts.listed === 0
      ? '  no message listed'
      : `  ${formatCount(counts.listed, 'message')} listed = ${states}`,
  );
  for (const error of run.errors) lines.push(...describeRunError(error));
  return lines.join('\n');
}

function headline(run: RunRecord): string {
  const { stored, duplicate, deferred } = run.counts;
  if (run.outcome === 'stopped') return paint('red', 'stopped before its end');
  if (run.outcome === 'partial') return paint('yellow', 'done, but not every message could be fetched');
  if (stored + duplicate === 0) return paint('green', deferred > 0 ? 'nothing fetched' : 'nothing new');
  return paint('green', `${stored.toLocaleString('en')} stored`);
}

function describeRunError(error: RunError): string[] {
  return [`  ${paint('red', error.code)}: ${error.message}`, ...(error.hint ? [`    ${error.hint}`] : [])];
}

/** What a dry run would do, message by message. */
export function describePlan(account: string, plan: readonly PlannedMessage[]): string {
  const rows = plan.map(({ action, listed, reason }) => {
    const size = listed.octets === undefined ? 'unknown size' : formatOctets(listed.octets);
    return `  ${String(listed.messageNumber).padStart(6)}  ${action.padEnd(6)} ${reason.padEnd(26)} ${size}`;
  });
  return [`${account}: a dry run; nothing is fetched`, ...rows].join('\n');
}
