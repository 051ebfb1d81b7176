// Judges what a server says it can do, before login and after it. Pure.

import type { Capabilities } from '../core/pop3/capabilities.ts';
import { note, ok } from './check.ts';
import type { Check } from './check.ts';
import { toPrintable } from './printable.ts';

export function toRows(capabilities: Capabilities | undefined): readonly string[] | undefined {
  return capabilities && [...capabilities].map(([tag, words]) => toPrintable([tag, ...words].join(' ')));
}

/** RFC 2449 section 5: the two lists may well differ, and only the second counts for what comes after login. */
export function judgeCapabilities(before: Capabilities | undefined, after: Capabilities | undefined): Check {
  const rowsBefore = toRows(before);
  const rowsAfter = toRows(after);
  if (rowsAfter === undefined) {
    const finding =
      rowsBefore === undefined
        ? 'the server has no CAPA: what it can do is found out by trying'
        : `before login: ${join(rowsBefore)}; after it CAPA is refused`;
    return note('capabilities', finding);
  }
  if (rowsBefore === undefined) return ok('capabilities', `after login: ${join(rowsAfter)}; none before it`);
  const more = rowsAfter.filter((row) => !rowsBefore.includes(row));
  const gone = rowsBefore.filter((row) => !rowsAfter.includes(row) && !OF_LOGIN.test(row));
  const difference = [
    ...(more.length > 0 ? [`after login also ${join(more)}`] : []),
    ...(gone.length > 0 ? [`after login no longer ${join(gone)}`] : []),
  ];
  return ok('capabilities', [join(rowsBefore), ...difference].join('; '));
}

/** Whether they are still listed afterwards means nothing. */
const OF_LOGIN = /^(STLS|USER|SASL|AUTH-RESP-CODE)\b/;

function join(rows: readonly string[]): string {
  return rows.join(', ') || 'nothing';
}
