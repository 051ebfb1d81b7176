// What a move did, or would do: the numbers first, then everything that is not in the target, for a person or a program.

import type { RunError } from '../core/run-error.ts';
import { isComplete, MOVE_PROBLEMS } from '../move/move-report.ts';
import type { MoveProblem, MoveProblemKind, MoveReport } from '../move/move-report.ts';
import type { ObjectGroup } from '../move/object-name.ts';
import type { MovePreview } from '../move/preview-move.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';
import { describeUidl, toPrintableUidl } from './printable-uidl.ts';
import { layOut } from './table.ts';

export interface MovedAccount {
  readonly account: string;
  readonly report: MoveReport | undefined;
  readonly preview: MovePreview | undefined;
  /** What the move ended with before it was done. */
  readonly failure: RunError | undefined;
}

/** Of each kind, for a person. */
const MOST_NEWS = 10;
const MOST_INCOMPLETE = 1000;

/** Of a dry run: nothing is in its way. */
export function isGood({ report, preview, failure }: MovedAccount): boolean {
  if (failure) return false;
  return report ? isComplete(report) : preview?.obstacles.length === 0;
}

export function describeMoved({ account, report, preview, failure }: MovedAccount): string {
  if (report) return describeReport(account, report);
  if (preview) return describePreview(account, preview);
  const lines = failure ? describeError(failure) : [];
  return [`${account}: ${paint('red', 'not moved')}`, ...lines].join('\n');
}

const GROUPS: Readonly<Record<ObjectGroup, string>> = {
  raw: 'messages',
  parsed: 'parsed documents',
  attachments: 'attachments',
  catalog: 'catalog files',
};

const GROUP_ORDER = ['raw', 'parsed', 'attachments', 'catalog'] as const;

function describeReport(account: string, report: MoveReport): string {
  const { objects, records, octets, runs } = report;
  const headline = isComplete(report)
    ? paint('green', 'moved: all of the source is in the target, compared')
    : paint('red', 'NOT COMPLETE');
  const rows = GROUP_ORDER.map((group) => {
    const { listed, copied, present, left } = objects[group];
    return [`  ${GROUPS[group]}`, ...[listed, copied, present, left].map(formatNumber)];
  });
  const { listed, copied, present, kept, different } = records;
  rows.push(['  records', ...[listed, copied, present + kept, different].map(formatNumber)]);
  const notes = [
    `  ${formatOctets(octets)} copied; ${formatCount(runs, 'run record')} there`,
    report.isTargetAhead ? `  ${AHEAD}` : undefined,
    kept > 0 ? `  ${formatCount(kept, 'record')} as the target itself had written them` : undefined,
    records.lost > 0 ? `  ${formatCount(records.lost, 'record')} marked lost` : undefined,
  ];
  const table = layOut(COLUMNS, rows);
  return [`${account}: ${headline}`, ...table, ...notes, ...describeProblems(report.problems)]
    .filter((line) => line !== undefined)
    .join('\n');
}

const AHEAD = 'the target has worked on this account by itself: what it knows of it stays as it is';

const COLUMNS = [
  { title: '', align: 'left' },
  { title: 'in the source', align: 'right' },
  { title: 'copied', align: 'right' },
  { title: 'there already', align: 'right' },
  { title: 'not there', align: 'right' },
] as const;

function describePreview(account: string, preview: MovePreview): string {
  const { objects, records, octets, missing, foreign, obstacles } = preview;
  const rows = [
    ...GROUP_ORDER.map((group) => [GROUPS[group], objects[group]] as const),
    ['records', records] as const,
  ].map(([what, { listed, present }]) => [`  ${what}`, formatNumber(listed), formatNumber(present)]);
  const notes = [
    `  about ${formatOctets(octets)} to copy; nothing was changed`,
    preview.isTargetAhead ? `  ${AHEAD}` : undefined,
    missing > 0 ? `  ${formatCount(missing, 'stored message')} missing from both archives` : undefined,
    foreign > 0 ? `  ${formatCount(foreign, 'file')} not copied: no names that Mailferry gives` : undefined,
  ].filter((line) => line !== undefined);
  const table = layOut([...COLUMNS.slice(0, 2), COLUMNS[3]], rows);
  return [`${account}: would be moved`, ...table, ...notes, ...obstacles.flatMap(describeError)].join('\n');
}

function formatNumber(count: number): string {
  return count.toLocaleString('en');
}

function describeProblems(problems: readonly MoveProblem[]): string[] {
  const found = Map.groupBy(problems, ({ kind }) => kind);
  const kinds = Object.keys(MOVE_PROBLEMS) as MoveProblemKind[];
  return kinds.flatMap((kind) => describeKind(kind, found.get(kind) ?? []));
}

function describeKind(kind: MoveProblemKind, found: readonly MoveProblem[]): string[] {
  if (found.length === 0) return [];
  const { severity, meaning, remedy } = MOVE_PROBLEMS[kind];
  const isNews = severity === 'news';
  const shown = found.slice(0, isNews ? MOST_NEWS : MOST_INCOMPLETE);
  const more = found.length - shown.length;
  return [
    '',
    `  ${paint(isNews ? 'yellow' : 'red', `${isNews ? 'news' : 'NOT MOVED'} ${kind}`)} (${formatNumber(found.length)}): ${meaning}`,
    `    ${remedy}`,
    ...shown.map((problem) => `      ${describeOne(problem)}`),
    ...(more > 0 ? [`      and ${formatNumber(more)} more; --json names them all`] : []),
  ];
}

function describeOne({ key, record, detail }: MoveProblem): string {
  const uidl = record && `UIDL ${describeUidl(record.uidl)} (${record.state})`;
  return [key, uidl, detail].filter((part) => part !== undefined).join('  ');
}

function describeError({ code, message, hint }: RunError): string[] {
  return [`  ${paint('red', code)}: ${message}`, ...(hint === undefined ? [] : [`    ${hint}`])];
}

export function toMoveJson(moved: readonly MovedAccount[], places: object): object {
  return {
    complete: moved.every(isGood),
    ...places,
    accounts: moved.map((result) => {
      const { account, report, preview, failure } = result;
      return {
        account,
        complete: isGood(result),
        ...(report && { ...report, problems: report.problems.map(toProblemJson) }),
        ...(preview && { preview }),
        failure: failure ?? null,
      };
    }),
    kinds: MOVE_PROBLEMS,
  };
}

function toProblemJson({ kind, key, record, detail }: MoveProblem): object {
  const { severity } = MOVE_PROBLEMS[kind];
  const uidl = record && toPrintableUidl(record.uidl);
  return { kind, severity, key, uidl, state: record?.state, detail };
}
