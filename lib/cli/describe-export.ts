// What became of the messages of an account in an export: the numbers, then every problem by kind.

import { EXPORT_PROBLEMS, isGood } from '../export/export-report.ts';
import type { ExportReport } from '../export/export-report.ts';
import { describeFailure, describeObject, describeProblems, toProblemsJson } from './describe-problems.ts';
import type { Turn } from './each-account.ts';
import type { ExportPlace } from './export-options.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';

export type ExportedAccount = Turn<ExportReport>;

/** Every message that was asked for is there. */
export function isWhole({ result }: ExportedAccount): boolean {
  return result !== undefined && isGood(result);
}

export function describeExported(exported: ExportedAccount): string {
  const { account, result: report, failure } = exported;
  if (!report) return describeFailure(account, 'the export broke off', failure);
  const n = (count: number): string => count.toLocaleString('en');
  const { listed, exported: written, present, left, outside, octets } = report.counts;
  const headline = isWhole(exported) ? paint('green', 'exported') : paint('red', 'DAMAGE');
  return [
    `${account}: ${headline}`,
    `  ${formatCount(listed, 'message')} in the archive: ${n(written)} exported now, ${n(present)} exported before, ${n(left)} left out`,
    ...(outside > 0 ? [`  ${n(outside)} of other days than were asked for`] : []),
    `  ${formatOctets(octets)} written and proven`,
    ...describeProblems(report.problems, EXPORT_PROBLEMS, 'DAMAGE', describeObject),
  ].join('\n');
}

/** The last line: what is there now. */
export function describePlace({ form, path }: ExportPlace, isWritten: boolean): string {
  if (isWritten) return `written: ${form}:${path}`;
  return `${paint('red', 'not written')}: ${path}: a file is made only if every account is read to its end`;
}

export interface ExportOutcome {
  readonly place: ExportPlace;
  readonly isWritten: boolean;
  /** All accounts had their turn, and every message that was asked for is there. */
  readonly complete: boolean;
}

export function toExportJson(
  exported: readonly ExportedAccount[],
  { place: { form, path }, isWritten, complete }: ExportOutcome,
): object {
  return {
    complete,
    to: { form, path },
    written: isWritten,
    accounts: exported.map(({ account, result: report, failure }) => ({
      account,
      counts: report?.counts ?? null,
      problems: report ? toProblemsJson(report.problems, EXPORT_PROBLEMS) : null,
      failure: failure ?? null,
    })),
    kinds: EXPORT_PROBLEMS,
  };
}
