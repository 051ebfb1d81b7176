// Judges one listing: what STAT, LIST and UIDL say, each by itself and against each other. Pure.

import { countRows } from '../core/plan.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { MaildropSize } from '../core/pop3/stat.ts';
import { note, ok, problem } from './check.ts';
import type { Check } from './check.ts';
import { count } from './printable.ts';

export interface SeenListing {
  readonly size: MaildropSize;
  readonly messages: readonly ListedMessage[];
  /** Rows of each; `undefined`: refused. */
  readonly listRows: number | undefined;
  readonly uidlRows: number | undefined;
}

export function judgeMaildrop({ size: { messages, octets } }: SeenListing): Check {
  return ok(
    'maildrop',
    `${count(messages, 'message')}, ${octets === undefined ? 'no size given' : count(octets, 'octet')}`,
  );
}

const AGAIN_AND_AGAIN = 'such messages are fetched in every run, and told apart by their content';

export function judgeUidls({ messages, uidlRows }: SeenListing): Check {
  if (uidlRows === undefined) {
    const recommendation = 'use onServer: delete, if this mailbox need not keep its mail';
    return problem('uidl', `the server has no UIDL: ${AGAIN_AND_AGAIN}`, { recommendation });
  }
  if (uidlRows === 0) return ok('uidl', 'there is no message to have one');
  const missing = messages.filter(({ uidl }) => uidl === undefined).length;
  const rows = countRows(messages);
  const shared = messages.filter(({ uidl }) => uidl !== undefined && (rows.get(uidl) ?? 0) > 1).length;
  if (missing + shared === 0) return ok('uidl', `each of ${count(uidlRows, 'message')} has one of its own`);
  const faults = [
    ...(missing > 0 ? [`${missing} of ${count(messages.length, 'message')} have none`] : []),
    ...(shared > 0 ? [`${shared} of ${count(messages.length, 'message')} share one with another`] : []),
  ];
  const finding = `${faults.join(', ')}: ${AGAIN_AND_AGAIN}`;
  return (missing + shared) * 2 > messages.length ? problem('uidl', finding) : note('uidl', finding);
}

/** @param second of another session */
export function judgeWindow(first: SeenListing, second: SeenListing | undefined): Check {
  const numbers = [first, second].flatMap((seen) =>
    seen ? [seen.size.messages, seen.listRows, seen.uidlRows] : [],
  );
  const distinct = [...new Set(numbers.filter((number) => number !== undefined))];
  const sessions = second ? 'in both sessions' : 'in one session';
  if (distinct.length <= 1) {
    const { listRows, uidlRows } = first;
    const asked = [
      'STAT',
      ...(listRows === undefined ? [] : ['LIST']),
      ...(uidlRows === undefined ? [] : ['UIDL']),
    ];
    return ok('window', `${asked.join(', ')} agree on ${count(distinct[0] ?? 0, 'message')} ${sessions}`);
  }
  const told = [first, second].flatMap((seen, index) => (seen ? [describe(seen, index + 1)] : []));
  return note('window', `${told.join('; ')}: the server may show a part of the mailbox only, as Gmail does`, {
    recommendation:
      'poll often: each session may show other messages, and none is taken for deleted because it is not shown',
  });
}

function describe({ size, listRows, uidlRows }: SeenListing, session: number): string {
  const rows = (number: number | undefined): string => (number === undefined ? 'refused' : String(number));
  return `in session ${session} STAT says ${size.messages}, LIST ${rows(listRows)}, UIDL ${rows(uidlRows)}`;
}
