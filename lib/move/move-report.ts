// What a move did, in numbers that balance, and everything that kept it from being complete: by name.

import type { AccountId } from '../core/account.ts';
import type { MessageRecord } from '../core/record.ts';
import { isAllNews } from '../core/report-problem.ts';
import type { ObjectProblem, ProblemKind } from '../core/report-problem.ts';
import type { ObjectGroup } from './object-name.ts';

/** `listed = copied + present + left`, counted by the pass that compares source and target at the end. */
export interface ObjectCounts {
  /** Keys in the source. */
  listed: number;
  /** By this move. */
  copied: number;
  /** In the target already, with the same octets; or a document that the target's own parser made. */
  present: number;
  /** Not in the target: each is named. */
  left: number;
}

/** `listed = copied + present + kept`, and `listed` is counted by the pass that compares. */
export interface RecordCounts {
  /** In the source's ledger, of any state. */
  listed: number;
  /** Written or brought up to date by this move. */
  copied: number;
  present: number;
  /** The target had a record of the message that it made itself: that stays as it is. */
  kept: number;
  /** Of all these: marked `lost` in the target. */
  lost: number;
  /** Of all these: not as they should be in the end. Each is named. */
  different: number;
}

export interface MoveReport {
  readonly account: AccountId;
  /** The target has worked on the account by itself: what it knew of it stays, and its progress. */
  readonly isTargetAhead: boolean;
  readonly objects: Readonly<Record<ObjectGroup, Readonly<ObjectCounts>>>;
  readonly records: Readonly<RecordCounts>;
  /** Run records of the source, all of them in the target. */
  readonly runs: number;
  /** Rows of the catalog that were in no file of the source yet: they are in files of the target. */
  readonly waitingRows: number;
  /** Octets of the objects copied. */
  readonly octets: number;
  readonly problems: readonly MoveProblem[];
}

/** Of an object, or of a record. */
export interface MoveProblem extends Pick<ObjectProblem<MoveProblemKind>, 'kind' | 'detail'> {
  readonly key: string | undefined;
  readonly record: MessageRecord | undefined;
}

export type MoveProblemKind = keyof typeof MOVE_PROBLEMS;

const MARKED = 'its record, if any, is marked lost in a ledger of the target’s own';
const GO_ON = 'then move again, which goes on where it stopped';

/**
 * In the order in which they are told. Those of the archive bear the names that `audit` gives them. `incomplete`: something of the
 * source is not in the target.
 */
export const MOVE_PROBLEMS = {
  'object-missing': {
    severity: 'incomplete',
    meaning: `recorded as stored, and the source does not have it; ${MARKED}`,
    remedy: `put the file back from a backup, or run audit --repair on the source: ${GO_ON}`,
  },
  'object-different': {
    severity: 'incomplete',
    meaning: `damaged in the source, so it is not copied; ${MARKED}`,
    remedy: `put the file back from a backup; or remove it and run audit --repair on the source: ${GO_ON}`,
  },
  'object-unreadable': {
    severity: 'incomplete',
    meaning: `there in the source, and not to be read; ${MARKED}`,
    remedy: `check the rights of the object, and the disk: ${GO_ON}`,
  },
  'object-in-the-way': {
    severity: 'incomplete',
    meaning: 'the target has other octets in its place, which are left as they are',
    remedy: `find out what put them there, and take them away: ${GO_ON}`,
  },
  'object-vanished': {
    severity: 'incomplete',
    meaning: 'copied or seen in the target, and not there in the end',
    remedy: `find out what takes objects away in the target: ${GO_ON}`,
  },
  'record-different': {
    severity: 'incomplete',
    meaning: 'the target has another record of the message in the end than the source',
    remedy: `see that nothing else works on the account: ${GO_ON}`,
  },
  'object-lost': {
    severity: 'news',
    meaning: 'marked as lost in the source, and missing there: the target has its record, with that mark',
    remedy: 'nothing: an import into the target fetches it again if the server still has it',
  },
  'foreign-object': {
    severity: 'news',
    meaning: 'a file in the source whose name is none that Mailferry gives: it is not copied',
    remedy: 'copy it by hand if you want to keep it',
  },
} as const satisfies Record<string, ProblemKind<'incomplete'>>;

export function isComplete({ problems }: Pick<MoveReport, 'problems'>): boolean {
  return isAllNews(problems, MOVE_PROBLEMS);
}
