// What a run ends with: the balancing counts for a person, or the records as JSON for a program.

import type { PlannedMessage } from '../core/plan.ts';
import { MESSAGE_OUTCOMES } from '../core/run-counts.ts';
import type { RunError } from '../core/run-error.ts';
import type { RunRecord } from '../core/run-record.ts';
import type { Ledger } from '../ports/ledger.ts';
import { describeDeletions, describePreview, switchedOffBy } from './deletion-report.ts';
import { formatCount, formatDuration, formatNumber, formatOctets } from './format.ts';
import type { ImportedAccount } from './import-each.ts';
import { describeLeaseOwner } from './lease-owner.ts';
import { paint } from './paint.ts';
import { toPrintableUidl } from './printable-uidl.ts';

export interface ReportContext {
  readonly dryRun: boolean;
  readonly noDelete: boolean;
  /** Asked who has the lease, when that is what stopped the run. */
  readonly ledger: Pick<Ledger, 'state'>;
}

/** Everything to tell of one account's turn, for a person. */
export async function describeImported(
  { account, run, failure, plan, preview }: ImportedAccount,
  { dryRun, noDelete, ledger }: ReportContext,
): Promise<string> {
  const lines: string[] = [];
  const offBy = switchedOffBy(account, noDelete);
  if (dryRun && run && run.outcome !== 'stopped') {
    lines.push(describePlan(account.id, plan));
    if (preview && account.onServer !== 'keep')
      lines.push(describePreview(preview, run.notices, offBy).join('\n'));
  }
  if (run) lines.push(...describeRun(run), ...describeDeletions(run.deletions, offBy));
  for (const { code, message } of run?.notices ?? []) lines.push(`  ${paint('yellow', code)}: ${message}`);
  if (failure) lines.push(`${account.id}: ${paint('red', 'could not be run')}`);
  for (const error of failure ? [failure] : (run?.errors ?? [])) lines.push(...describeRunError(error));
  if (run?.errors.some(({ code }) => code === 'LEASE_HELD'))
    lines.push(...(await describeHolder(ledger, run)));
  return lines.join('\n');
}

function describeRun(run: RunRecord): string[] {
  const { counts } = run;
  const states = MESSAGE_OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${formatNumber(counts[outcome])} ${outcome}`)
    .join(' + ');
  const took = formatDuration(run.endedAt - run.startedAt);
  const fetched = run.octets > 0 ? `, ${formatOctets(run.octets)}` : '';
  return [
    `${run.account}: ${headline(run)} (${took}${fetched})`,
    counts.listed === 0
      ? '  no message listed'
      : `  ${formatCount(counts.listed, 'message')} listed = ${states}`,
  ];
}

function headline(run: RunRecord): string {
  const { stored, duplicate, deferred, failed, quarantined } = run.counts;
  if (run.outcome === 'stopped') return paint('red', 'stopped before its end');
  if (run.outcome === 'partial')
    return paint(
      'yellow',
      failed + quarantined > 0 ? 'done, but not every message could be fetched' : 'done, with errors',
    );
  if (stored + duplicate === 0) return paint('green', deferred > 0 ? 'nothing fetched' : 'nothing new');
  return paint('green', `${formatNumber(stored)} stored`);
}

function describeRunError(error: RunError): string[] {
  return [`  ${paint('red', error.code)}: ${error.message}`, ...(error.hint ? [`    ${error.hint}`] : [])];
}

/** The one who has it may have ended meanwhile. */
async function describeHolder(ledger: Pick<Ledger, 'state'>, run: RunRecord): Promise<string[]> {
  const { lease } = await ledger.state(run.account);
  return lease ? [`    at work: ${describeLeaseOwner(lease.owner, run.endedAt)}`] : [];
}

/** What a dry run would do, message by message. */
function describePlan(account: string, plan: readonly PlannedMessage[]): string {
  const rows = plan.map(({ action, listed, reason }) => {
    const size = listed.octets === undefined ? 'unknown size' : formatOctets(listed.octets);
    return `  ${String(listed.messageNumber).padStart(6)}  ${action.padEnd(10)} ${reason.padEnd(26)} ${size}`;
  });
  return [`${account}: a dry run; nothing is fetched, nothing is deleted`, ...rows].join('\n');
}

/** The record for a program: UIDLs in the form in which `retry` takes them. */
export function toRunJson(run: RunRecord): object {
  const entries = run.deletions.entries.map((entry) => ({ ...entry, uidl: toPrintableUidl(entry.uidl) }));
  return { ...run, deletions: { ...run.deletions, entries } };
}
