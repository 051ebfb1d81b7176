// A session on a maildrop together with its listing, and the numbers that the messages of an earlier listing have in it.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { countRows } from '../core/plan.ts';
import { ListedRows } from '../core/pop3/listed-rows.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import { toServerFacts } from '../core/pop3/server-facts.ts';
import type { Access } from '../ports/access.ts';
import type { Pop3Ports } from '../ports/pop3.ts';
import { openSession } from '../session/open-session.ts';
import type { Pop3Session } from '../session/pop3-session.ts';
import type { LoginPause } from './login-pause.ts';

export interface Way {
  readonly account: Account;
  readonly access: Access;
  readonly pop3: Pop3Ports;
  /** Aborting it closes the connection. */
  readonly signal: AbortSignal;
  /** The account's messages had UIDLs before: a server that gives none now is out of order. */
  readonly expectsUidls: boolean;
}

/** A session and what it lists. */
export interface ListedSession {
  readonly session: Pop3Session;
  readonly rows: ListedRows;
  /** The same, each an object. */
  readonly listing: readonly ListedMessage[];
  readonly hasUidls: boolean;
}

/** Which number a message has in a session, if it is listed there. */
export type SessionNumbers = Pick<ReadonlyMap<ListedMessage, number>, 'has' | 'get'>;

/** @throws what openSession throws; POP3_UNAVAILABLE, POP3_PROTOCOL, POP3_TIMEOUT, POP3_CONNECTION_LOST */
export async function openListed(way: Way, pause: LoginPause): Promise<ListedSession> {
  const { account, access, pop3, signal, expectsUidls } = way;
  await pause.wait(signal);
  let loginDelaySeconds: number | undefined;
  const session = await openSession(account, access, pop3, signal, ({ capabilities }) => {
    if (capabilities) loginDelaySeconds = toServerFacts(capabilities).loginDelaySeconds;
  });
  pause.loggedIn(loginDelaySeconds);
  try {
    const uidl = await session.uidlColumns();
    if (!uidl && expectsUidls) throw unavailable('the server refused UIDL, which it gave in earlier runs');
    // Sizes too, though nothing may be new: they alone tell that a server has given an old UIDL to another message.
    const list = await session.listColumns();
    if (!list && !uidl)
      throw unavailable('the server refused both UIDL and LIST, so its messages are unknown');
    const rows = ListedRows.join(list, uidl);
    return {
      session,
      rows,
      get listing() {
        return rows.messages();
      },
      hasUidls: uidl !== undefined,
    };
  } catch (error) {
    session.drop();
    throw error;
  }
}

/** Each message under the number it has in its own session. */
export function numbersIn({ rows }: ListedSession): SessionNumbers {
  return {
    has: (listed) => rows.has(listed),
    get: (listed) => (rows.has(listed) ? listed.messageNumber : undefined),
  };
}

/** By UIDL where it names one message in both listings, else by number, size and UIDL together. */
export function renumber(before: readonly ListedMessage[], now: readonly ListedMessage[]): SessionNumbers {
  const rowsBefore = countRows(before);
  const rowsNow = countRows(now);
  const byUidl = new Map(now.map((listed) => [listed.uidl, listed]));
  const byNumber = new Map(now.map((listed) => [listed.messageNumber, listed]));
  const numbers = new Map<ListedMessage, number>();
  for (const listed of before) {
    const { uidl, octets, messageNumber } = listed;
    const wasUnique = uidl !== undefined && rowsBefore.get(uidl) === 1;
    if (wasUnique && rowsNow.get(uidl) !== 1) continue;
    const found = wasUnique ? byUidl.get(uidl) : byNumber.get(messageNumber);
    if (found && found.uidl === uidl && found.octets === octets) numbers.set(listed, found.messageNumber);
  }
  return numbers;
}

function unavailable(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'POP3_UNAVAILABLE',
    scope: 'session',
    retryable: true,
    hint: 'the server has a problem with this mailbox just now: run again later',
  });
}
