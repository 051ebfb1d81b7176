// How the accounts are doing: a table with what is wrong below each row for a person, the same as JSON for a program.

import type { FailedRecord } from '../core/record.ts';
import { needsAttention } from './account-status.ts';
import type { AccountStatus } from './account-status.ts';
import { formatCount, formatNumber, formatTime, formatTimeAndAge } from './format.ts';
import { describeLeaseOwner } from './lease-owner.ts';
import { paint } from './paint.ts';
import { describeUidl, toPrintableUidl } from './printable-uidl.ts';
import { layOut } from './table.ts';

const COLUMNS = [
  { title: 'ACCOUNT', align: 'left' },
  { title: 'STATE', align: 'left' },
  { title: 'LAST SUCCESS', align: 'left' },
  { title: 'BACKLOG', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'QUARANTINED', align: 'right' },
] as const;

export interface StatusReportOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Name every message that is failed or quarantined. */
  readonly verbose: boolean;
}

export function describeStatus(statuses: readonly AccountStatus[], options: StatusReportOptions): string {
  const [titles = '', ...rows] = layOut(
    COLUMNS,
    statuses.map((status) => cellsOf(status, options.now)),
  );
  const lines = [paint('bold', titles)];
  statuses.forEach((status, index) => {
    lines.push(paint(colourOf(status), rows[index] ?? ''), ...detailsOf(status, options));
  });
  if (!options.verbose && statuses.some(({ quarantined, failed }) => quarantined.length + failed.length > 0))
    lines.push('', '--verbose names each failed and quarantined message.');
  return lines.join('\n');
}

function cellsOf(status: AccountStatus, now: number): string[] {
  const { account, condition, lastSuccessAt, backlog, failed, quarantined } = status;
  return [
    account,
    condition.replace('-', ' '),
    lastSuccessAt === undefined ? 'none' : formatTimeAndAge(lastSuccessAt, now),
    formatNumber(backlog),
    formatNumber(failed.length),
    formatNumber(quarantined.length),
  ];
}

function colourOf(status: AccountStatus): 'red' | 'yellow' | 'green' {
  if (needsAttention(status)) return 'red';
  return status.condition === 'ok' ? 'green' : 'yellow';
}

function detailsOf(status: AccountStatus, { now, verbose }: StatusReportOptions): string[] {
  const { failures, nextAttemptAt, lastError, heldBy, quarantined, failed } = status;
  const lines: string[] = [];
  if (heldBy) lines.push(`at work: ${describeLeaseOwner(heldBy.owner, now)}`);
  if (failures > 0)
    lines.push(`failed ${failures === 1 ? 'in the last run' : `in ${failures} runs in a row`}`);
  if (nextAttemptAt !== undefined && nextAttemptAt > now)
    lines.push(
      `next attempt not before ${formatTimeAndAge(nextAttemptAt, now)}; an import by hand does not wait`,
    );
  if (lastError) {
    lines.push(`last error ${formatTimeAndAge(lastError.at, now)}: ${lastError.code}: ${lastError.message}`);
    if (lastError.hint !== undefined && failures > 0) lines.push(`  ${lastError.hint}`);
  }
  if (quarantined.length > 0)
    lines.push(
      `${formatCount(quarantined.length, 'message')} in quarantine: mailferry retry gives another chance`,
    );
  if (verbose) lines.push(...[...quarantined, ...failed].map((record) => describeMessage(record, now)));
  return lines.map((line) => `  ${line}`);
}

function describeMessage({ state, uidl, attempts, error, failedAt }: FailedRecord, now: number): string {
  const what = `  ${state.padEnd(11)}  ${describeUidl(uidl)}`;
  return `${what}  ${formatCount(attempts, 'attempt')}, last ${formatTimeAndAge(failedAt, now)}: ${error.code}`;
}

export function toStatusJson(statuses: readonly AccountStatus[], verbose: boolean): object {
  return {
    healthy: !statuses.some(needsAttention),
    accounts: statuses.map((status) => ({
      account: status.account,
      state: status.condition,
      stale: status.isStale,
      lastSuccess: timeOrNull(status.lastSuccessAt),
      backlog: status.backlog,
      failures: status.failures,
      lastError: status.lastError ? { ...status.lastError, at: formatTime(status.lastError.at) } : null,
      nextAttempt: timeOrNull(status.nextAttemptAt),
      heldBy: status.heldBy
        ? { owner: status.heldBy.owner, until: formatTime(status.heldBy.expiresAt) }
        : null,
      failed: status.failed.length,
      quarantined: status.quarantined.length,
      ...(verbose && { messages: [...status.quarantined, ...status.failed].map(toMessageJson) }),
    })),
  };
}

function toMessageJson({ state, uidl, attempts, error, firstSeen, failedAt }: FailedRecord): object {
  return {
    state,
    uidl: toPrintableUidl(uidl),
    attempts,
    error,
    firstSeen: formatTime(firstSeen),
    failedAt: formatTime(failedAt),
  };
}

function timeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : formatTime(epochMs);
}
