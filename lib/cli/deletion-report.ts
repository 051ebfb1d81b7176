// What a run deleted on the server, or a dry run would, and what kept it from it: in words.

import type { Account } from '../core/account.ts';
import type { PlannedDeletion } from '../core/plan-deletions.ts';
import type { DeletionLog, RunNotice } from '../core/run-record.ts';
import type { DeletionPreview } from '../import/import-options.ts';
import { formatCount, formatNumber, formatOctets, formatTime } from './format.ts';
import { toPrintableUidl } from './printable-uidl.ts';

/** Why a switch forbids deletions. */
export function switchedOffBy(account: Account, noDelete: boolean): string {
  return noDelete
    ? 'switched off with --no-delete'
    : `switched off with pauseDeletions: ${account.pauseDeletions}`;
}

/** One line for the report of a run; nothing when nothing was due. */
export function describeDeletions(log: DeletionLog, offBy: string): string[] {
  const accepted = log.entries.filter(({ dele }) => dele === 'ok').length;
  const refused = log.entries.length - accepted;
  const andRefused = refused > 0 ? `, ${formatNumber(refused)} refused by it` : '';
  switch (log.outcome) {
    case 'none':
      return [];
    case 'off':
      return [`  nothing deleted on the server: deletions are due, and ${offBy}`];
    case 'refused':
      return ['  nothing deleted on the server: deletions are due, and were refused (see below)'];
    case 'committed':
      return [`  ${formatNumber(accepted)} deleted on the server${andRefused}`];
    case 'unknown':
      return [
        `  deletion on the server not confirmed for ${formatCount(accepted, 'message')}: the next run finds out what became of it`,
      ];
  }
}

/** Every deletion a dry run would make, each with its reason, and what keeps it from them. */
export function describePreview(
  preview: DeletionPreview,
  notices: readonly RunNotice[],
  offBy: string,
): string[] {
  const { outcome, due, deferred, afterFetch } = preview;
  if (outcome === 'none') return ['  no message is due to be deleted on the server'];
  const would = outcome === 'planned' ? 'would be deleted' : 'due to be deleted';
  const headline = `${formatCount(due.length, 'stored message')} ${would} on the server${due.length > 0 ? ':' : ''}`;
  const rest: string[] = [];
  if (deferred > 0)
    rest.push(`  ${formatNumber(deferred)} more would wait for the next run (limits.deletionsPerRun)`);
  if (afterFetch > 0)
    rest.push(`  ${formatCount(afterFetch, 'message')} would follow as soon as fetched, stored and verified`);
  if (outcome === 'off') rest.push(`  none of them is deleted: ${offBy}`);
  if (outcome === 'refused') rest.push(`  none of them is deleted: ${refusalIn(notices)}`);
  return [`  ${headline}`, ...due.map(describeDue), ...rest];
}

function describeDue({ listed, record, reason }: PlannedDeletion): string {
  const size = formatOctets(record.octets).padStart(9);
  return `  ${String(listed.messageNumber).padStart(6)}  ${size}  first seen ${formatTime(record.firstSeen)}  ${reason}`;
}

function refusalIn(notices: readonly RunNotice[]): string {
  return notices.find(({ code }) => code === 'DELETIONS_REFUSED')?.message ?? 'something looks wrong';
}

/** The same for a program. */
export function toPreviewJson(preview: DeletionPreview): object {
  return {
    outcome: preview.outcome,
    deletions: preview.due.map(({ listed, record, reason }) => ({
      messageNumber: listed.messageNumber,
      uidl: toPrintableUidl(record.uidl),
      sha256: record.sha256,
      octets: record.octets,
      firstSeen: formatTime(record.firstSeen),
      reason,
    })),
    deferred: preview.deferred,
    afterFetch: preview.afterFetch,
  };
}
