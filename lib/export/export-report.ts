// What became of every raw object of an account in an export: in numbers that balance, and by name.

import type { AccountId } from '../core/account.ts';
import { isAllNews } from '../core/report-problem.ts';
import type { ObjectProblem, ProblemKind } from '../core/report-problem.ts';

/** `listed = exported + present + left + outside`, not counting foreign objects. */
export interface ExportCounts {
  /** Messages below the account's `raw/`. */
  listed: number;
  /** Written now, each whole and proven. */
  exported: number;
  /** An earlier export wrote them. */
  present: number;
  /** Damaged or unreadable: each is named. */
  left: number;
  /** Of another day than was asked for. */
  outside: number;
  /** Octets of the exported messages, as they are in the archive. */
  octets: number;
}

export interface ExportReport {
  readonly account: AccountId;
  readonly counts: Readonly<ExportCounts>;
  readonly problems: readonly ExportProblem[];
}

export type ExportProblem = ObjectProblem<ExportProblemKind>;

export type ExportProblemKind = keyof typeof EXPORT_PROBLEMS;

/** In the order in which they are told. `damage`: a message that could not be exported. */
export const EXPORT_PROBLEMS = {
  'object-different': {
    severity: 'damage',
    meaning: 'the object has not the octets that its name says: it is not exported',
    remedy:
      'put it back from a backup or an older version, and export again; `mailferry audit` finds all of them',
  },
  'object-unreadable': {
    severity: 'damage',
    meaning: 'the object is there and cannot be read: it is not exported',
    remedy: 'check the rights of the object, and the disk, and export again',
  },
  'foreign-object': {
    severity: 'news',
    meaning: 'a file among the messages whose name is none of theirs: it is not exported',
    remedy: 'find out who put it there; no import touches it',
  },
} as const satisfies Record<string, ProblemKind<'damage'>>;

export function isGood({ problems }: Pick<ExportReport, 'problems'>): boolean {
  return isAllNews(problems, EXPORT_PROBLEMS);
}
