// Everything in which a server's listing, the ledger and the stored objects can differ: by name, how bad it is, and what
// to do about it.

import type { MessageRecord } from '../core/record.ts';
import type { ProblemKind } from '../core/report-problem.ts';
import type { Uidl } from '../core/uidl.ts';

export type DifferenceKind = keyof typeof DIFFERENCES;

/** One difference, and what it is about. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly record: MessageRecord | undefined;
  /** Of the object in the archive. */
  readonly key: string | undefined;
  readonly uidl: Uidl | undefined;
  /** In the session that was opened for this. */
  readonly messageNumber: number | undefined;
  /** Whether the server lists the message now; `undefined` if it was not asked, or the question makes no sense. */
  readonly isListed: boolean | undefined;
  /** Sizes, the error of an attempt. Never anything of a message's content. */
  readonly detail: string | undefined;
}

const BACKUP = 'put the file back from a backup';

/** In the order in which they are told. `damage`: something that was there is not, or is wrong. */
export const DIFFERENCES = {
  'object-missing': {
    severity: 'damage',
    meaning: 'recorded as stored, and the archive does not have it',
    remedy: `${BACKUP}, or run audit --repair: then the next import fetches it again if the server still has it`,
  },
  'object-lost': {
    severity: 'damage',
    meaning: 'marked as lost, and still missing from the archive',
    remedy: `run import, which fetches it again if the server still has it; else ${BACKUP}`,
  },
  'object-different': {
    severity: 'damage',
    meaning: 'the object has not the octets it had when it was stored',
    remedy: `find out what changed it, and ${BACKUP}; or remove the file and run audit --repair`,
  },
  'object-unreadable': {
    severity: 'damage',
    meaning: 'the object is there and cannot be read',
    remedy: 'check the rights of the file, and the disk',
  },
  'document-missing': {
    severity: 'damage',
    meaning: 'the message is intact, its parsed document is gone',
    remedy: 'no mail is lost: mailferry reparse --missing makes it again',
  },
  'document-pending': {
    severity: 'news',
    meaning: 'stored, and not parsed yet',
    remedy: 'the next import parses it; with parsing: later, mailferry reparse --missing',
  },
  'object-found-again': {
    severity: 'news',
    meaning: 'marked as lost, and intact in the archive again',
    remedy: 'nothing: the next import that sees the message takes the mark away',
  },
  'object-without-record': {
    severity: 'news',
    meaning: 'an intact message that the ledger knows nothing of: a crash, or a run under way, left it',
    remedy: 'nothing: the message is fetched again, and its record written then',
  },
  'foreign-object': {
    severity: 'news',
    meaning: 'a file among the messages whose name is none of theirs',
    remedy: 'find out who put it there; no import touches it',
  },
  'deletion-unsettled': {
    severity: 'news',
    meaning: 'was about to be deleted on the server; whether it was is not known',
    remedy: 'nothing: the next import finds out from the listing',
  },
  'identified-by-header': {
    severity: 'news',
    meaning: 'recognised by header and size after the server changed its UIDLs, its octets not compared',
    remedy: 'nothing: it is fetched and compared before anything is deleted on its word',
  },
  quarantined: {
    severity: 'news',
    meaning: 'failed in so many runs that it is left alone: it is not in the archive',
    remedy: 'look into the error; mailferry retry gives it another chance',
  },
  failed: {
    severity: 'news',
    meaning: 'could not be fetched so far: it is not in the archive',
    remedy: 'nothing: the next import tries again',
  },
  'too-large': {
    severity: 'news',
    meaning: 'larger than the account allows: it is not in the archive',
    remedy: 'raise limits.messageBytes to import it',
  },
  'gone-before-stored': {
    severity: 'news',
    meaning: 'was listed, could not be stored, and the server lists it no longer',
    remedy: 'nothing can be done from here: ask whoever keeps the mailbox, or its sender',
  },
  'not-imported': {
    severity: 'news',
    meaning: 'listed, and not in the ledger: not imported yet',
    remedy: 'run import',
  },
  'size-changed': {
    severity: 'news',
    meaning: 'listed with another size than when it was stored: it may be another message',
    remedy: 'run import, which fetches and compares it',
  },
  'listed-though-deleted': {
    severity: 'news',
    meaning: 'listed, although the server had confirmed its deletion',
    remedy: 'run import, which fetches and compares it',
  },
  'listed-ambiguous': {
    severity: 'news',
    meaning: 'several messages share its UIDL, now or before: only the content tells them apart',
    remedy: 'nothing: every import fetches and compares them',
  },
  'listed-without-uidl': {
    severity: 'news',
    meaning: 'the server gives it no UIDL: only the content tells whether it is in the archive',
    remedy: 'nothing: every import fetches and compares it',
  },
} as const satisfies Record<string, ProblemKind<'damage'>>;
