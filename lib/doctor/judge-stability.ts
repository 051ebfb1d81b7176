// Judges whether messages keep their UIDLs from one session to the next. Pure.

import type { ListedMessage } from '../core/pop3/listing.ts';
import { note, notTried, ok, problem } from './check.ts';
import type { Check } from './check.ts';
import { count } from './printable.ts';

export function judgeStability(first: readonly ListedMessage[], second: readonly ListedMessage[]): Check {
  const before = uidlsOf(first);
  const now = uidlsOf(second);
  if (before.size === 0 || now.size === 0) {
    const where = before.size === now.size ? 'neither session' : 'one of two sessions';
    return before.size === now.size
      ? notTried('stability', `${where} listed a UIDL`)
      : note('stability', `only ${where} listed any UIDL`);
  }
  const kept = [...before].filter((uidl) => now.has(uidl)).length;
  const gone = before.size - kept;
  const came = now.size - kept;
  if (gone === 0 && came === 0) return ok('stability', `${count(kept, 'UIDL')}, the same in two sessions`);
  if (gone === 0)
    return ok(
      'stability',
      `${count(kept, 'UIDL')}, the same in two sessions, and ${came} more in the second`,
    );
  if (kept > 0) {
    return note(
      'stability',
      `of ${count(before.size, 'UIDL')} ${gone} were gone in a second session, and ${came} others there: somebody else may read this mailbox, or the server shows a part of it`,
    );
  }
  return problem('stability', `all of ${count(before.size, 'UIDL')} were others in a second session`, {
    recommendation:
      'every message will be fetched in every run, and stored once: use onServer: delete, or ask whoever runs the server',
  });
}

function uidlsOf(messages: readonly ListedMessage[]): ReadonlySet<string> {
  return new Set(messages.flatMap(({ uidl }) => (uidl === undefined ? [] : [uidl])));
}
