// What became of the messages of an account when they were parsed again: the numbers, then every problem by kind.

import type { CatalogReport } from '../catalog/run-catalog.ts';
import { PARSER_IDENTITY } from '../parse/parser-identity.ts';
import { isGood, REPARSE_PROBLEMS } from '../reparse/reparse-report.ts';
import type { ReparseCounts, ReparseReport } from '../reparse/reparse-report.ts';
import { describeFailure, describeObject, describeProblems, toProblemsJson } from './describe-problems.ts';
import type { Turn } from './each-account.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';

export type ReparsedAccount = Turn<ReparseReport>;

/** Every message that was asked for has the document that this parser makes of it. */
export function isWhole({ result }: ReparsedAccount): boolean {
  return result !== undefined && isGood(result);
}

export function describeReparsed(reparsed: ReparsedAccount): string {
  const { account, result: report, failure } = reparsed;
  if (!report) return describeFailure(account, 'the reparse broke off', failure);
  const headline = isWhole(reparsed) ? paint('green', 'parsed') : paint('red', 'NOT ALL PARSED');
  return [
    `${account}: ${headline}`,
    ...describeCounts(report.counts),
    ...describeProblems(report.problems, REPARSE_PROBLEMS, 'NOT PARSED', describeObject),
  ].join('\n');
}

function describeCounts(counts: Readonly<ReparseCounts>): string[] {
  const { objects, written, unchanged, kept, failed, left, octets } = counts;
  const { underWay, present, outside, unknownImport, mended } = counts;
  const n = (count: number): string => count.toLocaleString('en');
  const notes: [number, string][] = [
    [present, `${n(present)} not asked for, because of their documents`],
    [outside, `${n(outside)} not asked for, because of their day`],
    [underWay, `${n(underWay)} left to the import that is at work on the account`],
    [unknownImport, `${n(unknownImport)} of whose import nothing is known: the document says so`],
    [mended, `${formatCount(mended, 'attachment')} put right`],
  ];
  return [
    `  ${formatCount(objects, 'file')} in the archive: ${n(left)} left out; documents: ${n(written)} written, ${n(unchanged)} unchanged, ${n(kept)} kept, ${n(failed)} failed`,
    ...notes.flatMap(([count, line]) => (count > 0 ? [`  ${line}`] : [])),
    `  ${formatOctets(octets)} read and proven`,
  ];
}

/**
 * @param catalog what was written of it; `undefined` if none is wanted
 * @param good all accounts had their turn, and all went well
 */
export function toReparseJson(
  reparsed: readonly ReparsedAccount[],
  catalog: CatalogReport | undefined,
  good: boolean,
): object {
  return {
    good,
    parser: PARSER_IDENTITY,
    accounts: reparsed.map(({ account, result: report, failure }) => ({
      account,
      counts: report?.counts ?? null,
      problems: report ? toProblemsJson(report.problems, REPARSE_PROBLEMS) : null,
      failure: failure ?? null,
    })),
    catalog: catalog ?? null,
    kinds: REPARSE_PROBLEMS,
  };
}
