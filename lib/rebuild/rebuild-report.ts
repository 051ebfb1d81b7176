// What became of every raw object of an account when its ledger was rebuilt: in numbers that balance, and by name.

import type { AccountId } from '../core/account.ts';
import { isAllNews } from '../core/report-problem.ts';
import type { ObjectProblem, ProblemKind } from '../core/report-problem.ts';

/** `objects = recorded + known + left` */
export interface RebuildCounts {
  /** Keys below the account's `raw/`. */
  objects: number;
  /** Their records were written; in a dry run, would be. */
  recorded: number;
  /** The ledger had their records already: they stay as they are, and the objects are read only if they have no document. */
  known: number;
  /** Neither recorded nor parsed: each is named. */
  left: number;
  /** Of those recorded: known by their content alone, because their UIDL is not known, or they had none. */
  withoutUidl: number;
  /** Of those recorded now or before: they had no document, and were given to the parser; in a dry run, would be. */
  unparsed: number;
  /** Octets read. */
  octets: number;
}

export interface RebuildReport {
  readonly account: AccountId;
  readonly counts: Readonly<RebuildCounts>;
  readonly problems: readonly RebuildProblem[];
}

export type RebuildProblem = ObjectProblem<RebuildProblemKind>;

export type RebuildProblemKind = keyof typeof REBUILD_PROBLEMS;

/** In the order in which they are told. `damage`: a message that cannot be recorded. */
export const REBUILD_PROBLEMS = {
  'object-different': {
    severity: 'damage',
    meaning: 'the object has not the octets that its name says: it is not recorded, or not parsed',
    remedy: 'put it back from a backup or an older version, and run rebuild-ledger again; or take it away',
  },
  'object-unreadable': {
    severity: 'damage',
    meaning: 'the object is there and cannot be read: it is not recorded, or not parsed',
    remedy: 'check the rights of the object, and the disk, and run rebuild-ledger again',
  },
  'facts-unreadable': {
    severity: 'news',
    meaning:
      'what is kept beside the object is not as Mailferry writes it: its UIDL was looked for elsewhere',
    remedy: 'nothing: if it is not known, the next import fetches the message once more and compares',
  },
  'foreign-object': {
    severity: 'news',
    meaning: 'a file among the messages whose name is none of theirs: it is not recorded',
    remedy: 'find out who put it there; no import touches it',
  },
} as const satisfies Record<string, ProblemKind<'damage'>>;

export function isGood({ problems }: Pick<RebuildReport, 'problems'>): boolean {
  return isAllNews(problems, REBUILD_PROBLEMS);
}
