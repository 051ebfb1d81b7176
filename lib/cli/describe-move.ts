// What a move did, or would do: the numbers first, then everything that is not in the target, for a person or a program.

import type { RunError } from '../core/run-error.ts';
import { isComplete, MOVE_PROBLEMS } from '../move/move-report.ts';
import type { MoveProblem, MoveReport } from '../move/move-report.ts';
import type { ObjectGroup } from '../move/object-name.ts';
import type { MovePreview } from '../move/preview-move.ts';
import { describeProblems } from './describe-problems.ts';
import type { Turn } from './each-account.ts';
import { formatCount, formatOctets } from './format.ts';
import { paint } from './paint.ts';
import { describeUidl, toPrintableUidl } from './printable-uidl.ts';
import { layOut } from './table.ts';

export type MovedAccount = Turn<MoveReport | MovePreview>;

/** What `mailferry move` was asked for, beside what became of the accounts that had their turn. */
export interface MoveCommand {
  readonly from: object;
  readonly to: object;
  readonly parsing: { readonly failed: number; readonly error?: string };
  /** All accounts had their turn and are good, parsing too, and there are no strays. */
  readonly complete: boolean;
  /** Accounts with messages in the source that its configuration does not have: nothing of them is moved. */
  readonly strays: readonly string[];
}

/** Of a dry run: nothing is in its way. */
export function isGood({ result }: MovedAccount): boolean {
  if (result === undefined) return false;
  return isPreview(result) ? result.obstacles.length === 0 : isComplete(result);
}

function isPreview(result: MoveReport | MovePreview): result is MovePreview {
  return 'obstacles' in result;
}

export function describeMoved({ account, result, failure }: MovedAccount): string {
  if (result) return isPreview(result) ? describePreview(account, result) : describeReport(account, result);
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
  const { objects, records, octets, runs, waitingRows } = report;
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
    waitingRows > 0
      ? `  ${formatCount(waitingRows, 'row')} of the catalog that the source had in no file yet: written there`
      : undefined,
    records.lost > 0 ? `  ${formatCount(records.lost, 'record')} marked lost` : undefined,
  ];
  const table = layOut(COLUMNS, rows);
  const problems = describeProblems(report.problems, MOVE_PROBLEMS, 'NOT MOVED', describeOne);
  return [`${account}: ${headline}`, ...table, ...notes, ...problems]
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

function describeOne({ key, record, detail }: MoveProblem): string {
  const uidl = record && `UIDL ${describeUidl(record.uidl)} (${record.state})`;
  return [key, uidl, detail].filter((part) => part !== undefined).join('  ');
}

function describeError({ code, message, hint }: RunError): string[] {
  return [`  ${paint('red', code)}: ${message}`, ...(hint === undefined ? [] : [`    ${hint}`])];
}

/** Mail that nobody would miss until the old place is gone. @returns `undefined` if there is none */
export function describeStrays(strays: readonly string[], file: string): string | undefined {
  if (strays.length === 0) return undefined;
  return [
    paint('red', `NOT MOVED, for ${file} does not have them: ${strays.join(', ')}`),
    '  the source has messages of these accounts. Put them into that file (paused: true, with any server and password), and move',
    '  again; or name the accounts to be moved',
  ].join('\n');
}

export function toMoveJson(moved: readonly MovedAccount[], { complete, ...command }: MoveCommand): object {
  return {
    complete,
    ...command,
    accounts: moved.map((turn) => {
      const { account, result, failure } = turn;
      return {
        account,
        complete: isGood(turn),
        ...(result && toResultJson(result)),
        failure: failure ?? null,
      };
    }),
    kinds: MOVE_PROBLEMS,
  };
}

function toResultJson(result: MoveReport | MovePreview): object {
  if (isPreview(result)) return { preview: result };
  const { account: _, problems, ...report } = result;
  return { ...report, problems: problems.map(toProblemJson) };
}

function toProblemJson({ kind, key, record, detail }: MoveProblem): object {
  const { severity } = MOVE_PROBLEMS[kind];
  const uidl = record && toPrintableUidl(record.uidl);
  return { kind, severity, key, uidl, state: record?.state, detail };
}
