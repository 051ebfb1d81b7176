// What became of the messages of an archive when its ledger was rebuilt: the numbers, then every problem by kind.

import type { RunError } from '../core/run-error.ts';
import { isGood, REBUILD_PROBLEMS } from '../rebuild/rebuild-report.ts';
import type { RebuildProblem, RebuildProblemKind, RebuildReport } from '../rebuild/rebuild-report.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';

export interface RebuiltAccount {
  readonly account: string;
  readonly report: RebuildReport | undefined;
  /** What the rebuilding ended with before it was done. */
  readonly failure: RunError | undefined;
}

/** Of each kind, for a person. */
const MOST_NEWS = 10;
const MOST_DAMAGE = 1000;

/** Every message of the archive is recorded. */
export function isWhole({ report, failure }: RebuiltAccount): boolean {
  return !failure && report !== undefined && isGood(report);
}

export function describeRebuilt(rebuilt: RebuiltAccount, dryRun: boolean): string {
  const { account, report, failure } = rebuilt;
  if (!report) {
    const { code = '', message = '', hint } = failure ?? {};
    const lines = [
      `${account}: ${paint('red', 'the ledger could not be rebuilt')}`,
      `  ${code}: ${message}`,
      hint,
    ];
    return lines.filter((line) => line !== undefined).join('\n    ');
  }
  const n = (count: number): string => count.toLocaleString('en');
  const { objects, recorded, known, left, withoutUidl, octets } = report.counts;
  const headline = isWhole(rebuilt) ? paint('green', 'every message is recorded') : paint('red', 'DAMAGE');
  const would = dryRun ? 'to be recorded (this was a dry run)' : 'recorded now';
  return [
    `${account}: ${dryRun && isWhole(rebuilt) ? 'every message can be recorded' : headline}`,
    `  ${formatCount(objects, 'file')} in the archive: ${n(recorded)} ${would}, ${n(known)} recorded before, ${n(left)} not recorded`,
    `  ${formatOctets(octets)} read and proven`,
    ...(withoutUidl > 0
      ? [
          `  ${n(withoutUidl)} of them without a UIDL: the next import fetches them once more, and stores none twice`,
        ]
      : []),
    ...describeProblems(report.problems),
  ].join('\n');
}

function describeProblems(problems: readonly RebuildProblem[]): string[] {
  const found = Map.groupBy(problems, ({ kind }) => kind);
  const kinds = Object.keys(REBUILD_PROBLEMS) as RebuildProblemKind[];
  return kinds.flatMap((kind) => describeKind(kind, found.get(kind) ?? []));
}

function describeKind(kind: RebuildProblemKind, found: readonly RebuildProblem[]): string[] {
  if (found.length === 0) return [];
  const { severity, meaning, remedy } = REBUILD_PROBLEMS[kind];
  const isDamage = severity === 'damage';
  const shown = found.slice(0, isDamage ? MOST_DAMAGE : MOST_NEWS);
  const more = found.length - shown.length;
  return [
    '',
    `  ${paint(isDamage ? 'red' : 'yellow', `${isDamage ? 'DAMAGE' : 'news'} ${kind}`)} (${found.length.toLocaleString('en')}): ${meaning}`,
    `    ${remedy}`,
    ...shown.map(({ key, detail }) => `      ${detail === undefined ? key : `${key}  ${detail}`}`),
    ...(more > 0 ? [`      and ${more.toLocaleString('en')} more; --json names them all`] : []),
  ];
}

export function toRebuildJson(rebuilt: readonly RebuiltAccount[], parsing: object): object {
  return {
    good: rebuilt.every(isWhole),
    accounts: rebuilt.map(({ account, report, failure }) => ({
      account,
      counts: report?.counts ?? null,
      problems:
        report?.problems.map((problem) => ({
          ...problem,
          severity: REBUILD_PROBLEMS[problem.kind].severity,
        })) ?? null,
      failure: failure ?? null,
    })),
    parsing,
    kinds: REBUILD_PROBLEMS,
  };
}
