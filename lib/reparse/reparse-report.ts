// What became of every raw object of an account when it was parsed again: in numbers that balance, and by name.

import type { AccountId } from '../core/account.ts';
import { isAllNews } from '../core/report-problem.ts';
import type { ObjectProblem, ProblemKind } from '../core/report-problem.ts';

/** `objects = written + unchanged + kept + failed + left + underWay + present + outside` */
export interface ReparseCounts {
  /** Keys below the account's `raw/`. */
  objects: number;
  /** Parsed, and the document written: there was none, or another. */
  written: number;
  /** Parsed, and the document that was there has the very same octets. */
  unchanged: number;
  /** Could not be parsed now: its document from before stays. Each is named. */
  kept: number;
  /** Could not be parsed: its document says so, and nothing else. Each is named. */
  failed: number;
  /** Damaged, unreadable or no message: each is named. */
  left: number;
  /** An import is at work on it and has not recorded it yet: that parses it. */
  underWay: number;
  /** Not asked for: it has a document. */
  present: number;
  /** Not asked for: of an earlier day. */
  outside: number;
  /** Of those parsed: nobody knows when, by which run and under which UIDL it was fetched, and its document says so. */
  unknownImport: number;
  /** Attachments that were not as their names say, and are again. */
  mended: number;
  /** Octets of the messages parsed. */
  octets: number;
  /** Recorded as stored, and not among the objects. Each is named. */
  missing: number;
}

export interface ReparseReport {
  readonly account: AccountId;
  readonly counts: Readonly<ReparseCounts>;
  readonly problems: readonly ReparseProblem[];
}

export type ReparseProblem = ObjectProblem<ReparseProblemKind>;

export type ReparseProblemKind = keyof typeof REPARSE_PROBLEMS;

const BACKUP = 'put it back from a backup or an older version, and run reparse again';

/** In the order in which they are told. */
export const REPARSE_PROBLEMS = {
  'object-missing': {
    severity: 'failure',
    meaning: 'recorded as stored, and the archive does not have it: there is nothing to parse',
    remedy: `${BACKUP}; or run audit --repair, which has it fetched once more`,
  },
  'object-different': {
    severity: 'failure',
    meaning:
      'the object has not the octets that its name says: it is not parsed, a document from before stays',
    remedy: `${BACKUP}; \`mailferry audit\` finds all of them`,
  },
  'object-unreadable': {
    severity: 'failure',
    meaning: 'the object or its document is there and cannot be read: nothing of it was changed',
    remedy: 'check the rights of the object, and the disk, and run reparse again',
  },
  'parse-failed': {
    severity: 'failure',
    meaning: 'it could not be parsed: its document says why, and the message is as it was',
    remedy: 'look at `problems` in the document; a later version may be able to parse it',
  },
  'document-kept': {
    severity: 'failure',
    meaning: 'it could not be parsed now: its document from before stays',
    remedy: 'run reparse again, with fewer workers if the machine was short of memory; else please report it',
  },
  'object-lost': {
    severity: 'news',
    meaning: 'marked as lost in the ledger, and missing from the archive',
    remedy: 'run import, which fetches it again if the server still has it, and parses it',
  },
  'facts-unreadable': {
    severity: 'news',
    meaning:
      'what is kept beside the object is not as Mailferry writes it: its import was looked for elsewhere',
    remedy: 'nothing',
  },
  'foreign-object': {
    severity: 'news',
    meaning: 'a file among the messages whose name is none of theirs: it is not parsed',
    remedy: 'find out who put it there; no import touches it',
  },
} as const satisfies Record<string, ProblemKind<'failure'>>;

export function isGood({ problems }: Pick<ReparseReport, 'problems'>): boolean {
  return isAllNews(problems, REPARSE_PROBLEMS);
}
